use std::{io::BufRead, path::{Path, PathBuf}};
use geocoder::{BuildOptions, Geocoder, Request, build};
fn main() {
    let idx = Path::new("/tmp/words/idx");
    if !idx.exists() {
        let d = PathBuf::from("/work/shared/data");
        let sources = [d.join("addresses/derive/bal_metropole_lyon_reconstituee.csv.gz"), d.join("addresses/adresses-75.csv.gz")];
        let options = BuildOptions { postcodes: Some(d.join("layers/limites/codes-postaux-69.csv")), ..BuildOptions::default() };
        build(&sources, idx, &options, &mut |_| {}).unwrap();
    }
    let g = Geocoder::open(idx).unwrap();
    for line in std::io::stdin().lock().lines() {
        let text = line.unwrap();
        if text.is_empty() { continue; }
        let start = std::time::Instant::now();
        let found = g.search(&Request { text: text.clone(), limit: 3, ..Request::default() }).unwrap();
        let shown: Vec<String> = found.iter().map(|s| format!("{} {} {:.2}", s.label(), s.insee, s.score.confidence)).collect();
        println!("{text}  [{:.1} ms]\n      {}", start.elapsed().as_secs_f64()*1e3, if shown.is_empty() { "EMPTY".into() } else { shown.join(" | ") });
    }
}
