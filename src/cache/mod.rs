//! What earlier runs found out, as bytes and back: evidence, and where the tools are.
//!
//! Not where the bytes lie (`sys::cache_folder`), and not whether they still hold (`app::reuse`). What is stored is
//! evidence, never a verdict: it goes before the judge again. The hard part is never to read what was not written: an entry
//! carries its own key and a digest, and what is truncated, changed, foreign or of another version is no entry.

pub mod entry;
mod evidence;
pub mod key;
pub mod length;
pub mod memo;
pub mod state;
