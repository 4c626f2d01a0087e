//! duewatch
