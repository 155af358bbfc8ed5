//! Which tests are meant. Not the running of them.

use super::place::{DeclaredPath, Place};

/// Which tests are the component's. Two components with equal selections share a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestSelection {
    /// Files or folders that pytest collects.
    pub paths: Vec<DeclaredPath>,
    /// The expression for pytest's `-k`; `None` selects all.
    pub select: Option<String>,
    /// Where the expression is declared; `None` where there is none.
    pub select_place: Option<Place>,
    /// Further arguments for pytest.
    pub args: Vec<String>,
}
