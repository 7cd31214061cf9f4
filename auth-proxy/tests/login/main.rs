//! The login and the gate from outside: a service on a socket, a browser with a cookie jar, and three
//! identity providers (npm oidc-provider, our demonstration one, and a hostile one that signs anything).
//! Where a case comes from the list of attacks the project keeps, its name starts with the attack's number.

#![allow(clippy::unwrap_used)] // the helpers of tests are tests too; the lint's own exception knows only `#[test]`

mod browser;
mod demo;
mod doors;
mod hostile;
mod hostile_provider;
mod house;
mod node_provider;
mod sign_in;
mod sign_out;
mod tokens;
