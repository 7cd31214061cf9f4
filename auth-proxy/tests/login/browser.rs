//! A browser as far as a login goes: a cookie jar for each host, navigation without automatic redirects.

use std::{
    collections::BTreeMap,
    sync::{Mutex, Once},
};

use reqwest::{StatusCode, Url, header};

/// One person's browser.
#[derive(Default)]
pub(crate) struct Browser {
    /// Cookies by origin. (Real browsers share them between ports; names keep them apart here.)
    jar: Mutex<BTreeMap<String, BTreeMap<String, String>>>,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) url: Url,
    pub(crate) status: StatusCode,
    pub(crate) headers: header::HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    /// Where a redirect leads, made absolute.
    pub(crate) fn location(&self) -> Option<Url> {
        let location = self.headers.get(header::LOCATION)?;
        Some(self.url.join(location.to_str().unwrap()).unwrap())
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn set_cookies(&self) -> Vec<String> {
        self.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
    }
}

/// A client that follows nothing.
pub(crate) fn client() -> reqwest::Client {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| rustls::crypto::ring::default_provider().install_default().unwrap());
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

impl Browser {
    /// Navigates to one address, without following what it answers.
    pub(crate) async fn get(&self, url: &str) -> Reply {
        self.send(client().get(url).header("sec-fetch-mode", "navigate").header("accept", "text/html")).await
    }

    /// Submits a form of the page's own site.
    pub(crate) async fn post(&self, url: &str, form: &[(&str, &str)]) -> Reply {
        self.send(client().post(url).form(form).header("sec-fetch-site", "same-origin")).await
    }

    /// Sends a request with the jar's cookies, and keeps those of the answer.
    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let request = request.build().unwrap();
        let url = request.url().clone();
        let origin = url.origin().ascii_serialization();
        let mut request = request;
        let cookies = self.cookies(&origin);
        if !cookies.is_empty() {
            let line = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
            request.headers_mut().insert(header::COOKIE, line.parse().unwrap());
        }
        let answer = client().execute(request).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let reply = Reply { url, status, headers, body: answer.text().await.unwrap() };
        self.keep(&origin, &reply.set_cookies());
        reply
    }

    /// Navigates and follows redirects until a page, or until `stop` says so of the next address.
    pub(crate) async fn follow(&self, url: &str, stop: impl Fn(&Url) -> bool) -> Reply {
        let mut reply = self.get(url).await;
        for _ in 0..12 {
            match reply.location() {
                Some(next) if !stop(&next) => reply = self.get(next.as_str()).await,
                _ => return reply,
            }
        }
        panic!("too many redirects, the last to {:?}", reply.location());
    }

    /// The cookies for an origin.
    pub(crate) fn cookies(&self, origin: &str) -> BTreeMap<String, String> {
        self.jar.lock().unwrap().get(origin).cloned().unwrap_or_default()
    }

    /// Puts a cookie in the jar, as an attacker or another browser would.
    pub(crate) fn plant(&self, origin: &str, name: &str, value: &str) {
        self.jar.lock().unwrap().entry(origin.to_owned()).or_default().insert(name.to_owned(), value.to_owned());
    }

    fn keep(&self, origin: &str, lines: &[String]) {
        let mut jar = self.jar.lock().unwrap();
        let cookies = jar.entry(origin.to_owned()).or_default();
        for line in lines {
            let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').unwrap();
            let attributes = attributes.to_ascii_lowercase();
            if value.is_empty() || attributes.contains("max-age=0") || attributes.contains("expires=thu, 01 jan 1970") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
