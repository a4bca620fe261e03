//! The server as others meet it: its real router, real connections, and the program itself.

mod support;

mod api;
mod commands;
mod downloads;
mod guards;
mod hostile;
mod openapi;
mod pages;
mod serving;
mod shared_data;
