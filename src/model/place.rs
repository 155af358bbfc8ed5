//! Places in a policy file, and the paths that are declared there.
//! Not places on the disk.

/// A place in a policy file, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The policy file as the user named it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// A path and the line that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredPath {
    /// Relative to the project's root, with `/`, normalised; never leaves the root.
    pub path: String,
    /// Where it is declared.
    pub place: Place,
}
