//! A site as `cargo xtask` lays it out, with next to nothing in it.

use std::path::Path;

/// Writes it into a folder.
pub fn lay_out(folder: &Path) {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("hash.txt", "js: aaa\nwasm: bbb\ncss: ccc\n");
    write("pkg/waymark.aaa.js", "export default 1;");
    write("pkg/waymark.aaa.js.br", "(brotli)");
    write("pkg/waymark.bbb.wasm", "\0asm");
    write("pkg/waymark.ccc.css", "body{}");
}
