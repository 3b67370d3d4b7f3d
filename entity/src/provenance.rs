//! Where a value comes from.

words! {
    /// Where a value comes from; the demo shows it beside the value (`contract.md` 7).
    Provenance {
        Stated = "stated",
        General = "general",
        Inferred = "inferred",
        Synthetic = "synthetic",
        Entered = "entered",
    }
}
