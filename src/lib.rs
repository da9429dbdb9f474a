#![warn(missing_docs)]
//! hongyan 鸿雁: transactional mail in Chinese and English.

pub mod diagnostic;
