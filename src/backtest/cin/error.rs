//! Why a return was refused as a whole.
//!
//! Owns the words. They name a line and never what stands on it.

use std::io;

use thiserror::Error;

use super::{LEVELS, capped::PIECE_BYTES, gather::REVIEWS_A_PLAN};

/// Why a return was refused. Nothing is counted of one that is.
#[derive(Debug, Error)]
pub enum CinError {
    /// The stream broke off.
    #[error("it cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    /// Not in UTF-8.
    #[error("line {line}: it is not written in UTF-8; save it as UTF-8 and try again")]
    NotUtf8 {
        /// Where.
        line: u64,
    },
    /// No element at all.
    #[error("it is not XML; name the file that was sent to the Department, a census return in XML")]
    NotXml,
    /// Elements that do not close as they open, or something after the end.
    #[error("line {line}: it is not well-formed XML; export it again from the case system")]
    NotWellFormed {
        /// Where.
        line: u64,
    },
    /// It ends before its root does.
    #[error("line {line}: it ends in the middle; copy it again, whole")]
    Truncated {
        /// Where.
        line: u64,
    },
    /// Another kind of XML.
    #[error("line {line}: its outermost element is not `Message`, so it is no census return; name one that is")]
    WrongRoot {
        /// Where.
        line: u64,
    },
    /// A document type definition.
    #[error("line {line}: it has a document type definition, which a census return never has; take that out")]
    Dtd {
        /// Where.
        line: u64,
    },
    /// An entity that XML itself does not have.
    #[error("line {line}: it refers to an entity that XML itself does not have; export it again from the case system")]
    Entity {
        /// Where.
        line: u64,
    },
    /// Elements in one another without end.
    #[error("line {line}: elements lie more than {LEVELS} deep in one another; a census return needs eight")]
    TooDeep {
        /// Where.
        line: u64,
    },
    /// One piece without end.
    #[error("line {line}: one text, tag or comment is longer than {} KB; a census return has none such", PIECE_BYTES / 1024)]
    TooLong {
        /// Where.
        line: u64,
    },
    /// One plan without end.
    #[error(
        "line {line}: one plan has more than {REVIEWS_A_PLAN} reviews; export the return again from the case system"
    )]
    TooManyReviews {
        /// Where.
        line: u64,
    },
    /// A return of nobody.
    #[error("it holds no child (Message/Children/Child); name a return of the children in need census")]
    NoChild,
}
