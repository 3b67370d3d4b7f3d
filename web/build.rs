//! Checks that the assets were built; it never builds them itself.

fn main() {
    println!("cargo::rerun-if-changed=dist/manifest.json");
    if !std::path::Path::new("dist/manifest.json").is_file() {
        println!(
            "cargo::error=the portal's assets are missing: run `make assets` (npm ci, then node build.mjs in web/)"
        );
    }
}
