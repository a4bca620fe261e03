//! The waymark server.
