//! The one way to the identity provider: bounded in time and size, no redirect, https or loopback only.

use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse, url::Url};

use crate::{Error, origin::is_loopback};

/// Time for one exchange, connection included.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Largest answer read: key sets and tokens are a few kilobytes.
const LARGEST: usize = 256 * 1_024;

/// Why an exchange gave nothing. The URL is left out: it may hold a code.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("the provider cannot be reached: {0}")]
    Transport(reqwest::Error),
    #[error("the answer is larger than {LARGEST} bytes")]
    TooLarge,
    #[error("the provider names an address that is not https")]
    Insecure,
    #[error("the answer could not be understood")]
    Malformed,
}

/// A client for one provider. Needs the process's default rustls provider to be installed.
pub(super) fn client(issuer: &Url) -> Result<reqwest::Client, Error> {
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(TIMEOUT)
        .user_agent("traboule");
    // A provider on this machine is reached without TLS: no certificate authority need be installed.
    let builder = if is_loopback(issuer) && issuer.scheme() == "http" { builder.tls_certs_only([]) } else { builder };
    builder.build().map_err(Error::HttpClient)
}

/// Whether an address may be asked: https, or this machine.
pub(super) fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

/// Sends one request and reads its answer whole.
pub(super) async fn fetch(client: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, FetchError> {
    let url = Url::parse(&request.uri().to_string()).map_err(|_| FetchError::Malformed)?;
    if !is_safe(&url) {
        return Err(FetchError::Insecure);
    }
    let transport = |error: reqwest::Error| FetchError::Transport(error.without_url());
    let request = reqwest::Request::try_from(request).map_err(transport)?;
    let mut answer = client.execute(request).await.map_err(transport)?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(transport)? {
        if body.len() + chunk.len() > LARGEST {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    let mut response = HttpResponse::new(body);
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    Ok(response)
}
