//! The command and its service: composes the crates; the only code that knows them all.
//! A library so that tests and benches can run the house in-process.

pub mod addresses;
pub mod app;
pub mod causes;
pub mod cli;
pub mod commands;
pub mod compute;
pub mod config;
pub mod fetch;
pub mod files;
pub mod http;
pub mod import;
pub mod listener;
pub mod objects;
pub mod published;
pub mod refresh;
pub mod room;
pub mod service;
pub mod styles;
