#![allow(missing_docs, clippy::all)]
use geocoder::*;
use layers::LonLat;
use std::{collections::HashMap, io::Read, path::PathBuf, time::Instant};

fn cpu() -> f64 {
    let s = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    s.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6
}
struct Rng(u64);
impl Rng {
    fn next(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

fn rows() -> Vec<(String, String, String, String, f64, f64)> {
    let f = std::fs::File::open("/work/shared/data/addresses/derive/bal_metropole_lyon_reconstituee.csv.gz").unwrap();
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(f).read_to_string(&mut text).unwrap();
    text.lines()
        .skip(1)
        .map(|l| {
            let f: Vec<&str> = l.split(';').collect();
            (
                f[4].to_owned(),
                f[5].to_owned(),
                f[2].to_owned(),
                f[7].to_owned(),
                f[12].parse().unwrap_or(0.0),
                f[11].parse().unwrap_or(0.0),
            )
        })
        .filter(|r| r.0 != "99999")
        .collect()
}

#[test]
fn measure() {
    let store = PathBuf::from("/tmp/geo-measure");
    let t = Instant::now();
    let metropole: Vec<layers::CommuneCode> = rows().iter().map(|_| "69123".parse().unwrap()).take(1).collect();
    let options = BuildOptions {
        postcodes: Some("/work/shared/data/layers/limites/codes-postaux-69.csv".into()),
        metropole: metropole.into_iter().collect(),
    };
    let (c0, t1) = (cpu(), Instant::now());
    let built = build(
        &["/work/shared/data/addresses/derive/bal_metropole_lyon_reconstituee.csv.gz".into()],
        &store,
        &options,
        &mut |_| {},
    )
    .unwrap();
    println!("build wall {:?} thread cpu {:.0} ms (start {:?})", t1.elapsed(), cpu() - c0, t.elapsed());
    println!(
        "{} places, {} addresses, rows {} accepted {} rejected {:?}",
        built.places,
        built.addresses,
        built.report.rows(),
        built.report.accepted(),
        built.report.rejected()
    );
    let size: u64 = Geocoder::open(&store).unwrap().manifest().files.values().map(|f| f.bytes).sum();
    for (n, f) in &Geocoder::open(&store).unwrap().manifest().files {
        println!("  {n} {}", f.bytes);
    }
    println!("index bytes {size}");
    let t = Instant::now();
    let g = Geocoder::open(&store).unwrap();
    println!("open {:?}", t.elapsed());
    let rows = rows();
    let mut count: HashMap<(String, String), usize> = HashMap::new();
    for r in &rows {
        *count.entry((r.2.clone(), r.3.clone())).or_default() += 1;
    }
    let mut rng = Rng(20260101);
    let ask = |text: &str, near: Option<LonLat>, limit| {
        g.search(&Request { text: text.to_owned(), near, limit, ..Request::default() }).unwrap()
    };
    let ok = |s: &Suggestion, r: &(String, String, String, String, f64, f64), house: bool| {
        let town = s.district.clone().unwrap_or(s.city.clone());
        s.name.to_lowercase() == r.2.to_lowercase()
            && town == r.3
            && (!house || s.house_number.as_deref() == Some(&format!("{}{}", r.0, r.1)))
    };
    for (class, n) in [
        ("full", 2000),
        ("lower no accent no commune-arr", 500),
        ("prefix60+centre", 500),
        ("prefix50 street+centre", 500),
        ("typo", 500),
        ("street+3 letters", 500),
    ] {
        let (mut first, mut five, mut c, mut empty) = (0, 0, 0.0, 0);
        let mut misses = vec![];
        let mut times = vec![];
        for _ in 0..n {
            let r = &rows[rng.next(rows.len())];
            let near = LonLat {
                lon: r.5 + (rng.next(200) as f64 - 100.0) * 1.8e-4,
                lat: r.4 + (rng.next(200) as f64 - 100.0) * 1.27e-4,
            };
            let cut = |s: &str, pc: usize| -> String {
                let v: Vec<char> = s.chars().collect();
                v[..(v.len() * pc).div_ceil(100)].iter().collect()
            };
            let (text, near, house) = match class {
                "full" => (format!("{} {} {} {}", r.0, r.1, r.2, r.3), None, true),
                "lower no accent no commune-arr" => {
                    (deunicode::deunicode(&format!("{}{} {} {}", r.0, r.1, r.2, r.3)).to_lowercase(), None, true)
                }
                "prefix60+centre" => (format!("{} {}", r.0, cut(&r.2, 60)), Some(near), true),
                "prefix50 street+centre" => (cut(&r.2, 50).to_lowercase(), Some(near), false),
                "typo" => {
                    let mut v: Vec<char> = r.2.chars().collect();
                    let i = rng.next(v.len());
                    match rng.next(3) {
                        0 => {
                            v.remove(i);
                        }
                        1 => v.insert(i, 'e'),
                        _ => v[i] = 'r',
                    };
                    (format!("{} {} {}", r.0, v.iter().collect::<String>(), r.3), None, true)
                }
                _ => (format!("{} {}", r.2, r.3.chars().take(3).collect::<String>()), None, false),
            };
            let c1 = cpu();
            let found = ask(&text, near, 5);
            times.push(cpu() - c1);
            c += times.last().unwrap();
            if found.is_empty() {
                empty += 1;
            }
            if found.first().is_some_and(|s| ok(s, r, house)) {
                first += 1
            } else {
                misses.push((
                    text,
                    found.iter().take(3).map(|s| format!("{} {}", s.label(), s.score)).collect::<Vec<_>>(),
                    r.clone(),
                ))
            }
            if found.iter().any(|s| ok(s, r, house)) {
                five += 1
            }
        }
        times.sort_by(|a: &f64, b| a.total_cmp(b));
        println!(
            "== {class}: first {first}/{n} five {five} empty {empty}; cpu mean {:.3} ms p50 {:.3} p99 {:.3}",
            c / n as f64,
            times[times.len() / 2],
            times[times.len() * 99 / 100]
        );
        for (t, f, r) in misses.iter().take(if class.starts_with("pref") { 8 } else { 14 }) {
            println!("   {t:?} (wanted {} {} {} {}) -> {f:#?}", r.0, r.1, r.2, r.3);
        }
    }
    let (mut good, mut c) = (0, 0.0);
    for _ in 0..1000 {
        let r = &rows[rng.next(rows.len())];
        let c1 = cpu();
        let found = g.reverse(LonLat { lon: r.5 + 2e-5, lat: r.4 + 3e-5 }, 1, 1000.0).unwrap();
        c += cpu() - c1;
        let p = LonLat { lon: r.5 + 2e-5, lat: r.4 + 3e-5 };
        let best = rows.iter().map(|q| ground_distance_m(p, LonLat { lon: q.5, lat: q.4 })).fold(f64::MAX, f64::min);
        if (found[0].distance_m.unwrap() - best).abs() < 0.05 {
            good += 1
        }
    }
    println!("== reverse {good}/1000 cpu {:.4} ms", c / 1000.0);
    for (t, lon, lat) in [
        ("rue gar", 4.85, 45.75),
        ("r", 4.85, 45.75),
        ("rue de la rep", 4.85, 45.75),
        ("12 rue vic", 4.88, 45.77),
        ("av", 4.91, 45.738),
        ("bron", 4.91, 45.738),
        ("place bell", 4.83, 45.757),
        ("montée de la", 4.82, 45.76),
    ] {
        println!(
            "{t} @ {lon},{lat}: {:#?}",
            ask(t, Some(LonLat { lon, lat }), 5)
                .iter()
                .map(|s| format!("{} {:.0} m {}", s.label(), s.distance_m.unwrap(), s.score))
                .collect::<Vec<_>>()
        );
    }
    let f = std::fs::read_to_string("/work/shared/data/queries/rhone69.csv").unwrap();
    let (mut n, mut street_ok, mut all_ok) = (0, 0, 0);
    for rec in csv::Reader::from_reader(f.as_bytes()).records() {
        let r = rec.unwrap();
        if &r[9] != "1" {
            continue;
        }
        n += 1;
        let near = r[1].parse().ok().zip(r[2].parse().ok()).map(|(lon, lat)| LonLat { lon, lat });
        let c1 = cpu();
        let found = ask(&r[0], near, 3);
        let c2 = cpu() - c1;
        let s = found.first();
        let street = s.is_some_and(|s| r[6].is_empty() || s.name.to_lowercase() == r[6].to_lowercase());
        let city = s.is_some_and(|s| {
            (r[7].is_empty() || s.city == &r[7]) && (r[8].is_empty() || s.postcode.as_deref() == Some(&r[8]))
        });
        if street {
            street_ok += 1
        }
        if street && city {
            all_ok += 1
        } else {
            println!(
                "  {:?} -> {:?} ({c2:.2} ms)",
                &r[0],
                found.iter().map(|s| format!("{} {}", s.label(), s.score)).collect::<Vec<_>>()
            );
        }
    }
    println!("rhone69: {n} queries, street first {street_ok}, and its town {all_ok}");
    let f = std::fs::read_to_string("/work/shared/data/queries/velov_adresses.csv").unwrap();
    let (mut n, mut in200, mut town_ok, mut in1k, mut c) = (0, 0, 0, 0, 0.0);
    for rec in csv::Reader::from_reader(f.as_bytes()).records() {
        let r = rec.unwrap();
        n += 1;
        let c1 = cpu();
        let found = ask(&r[0], None, 3);
        c += cpu() - c1;
        let p: Vec<f64> = r[5].split(',').map(|x| x.parse().unwrap()).collect();
        let Some(s) = found.first() else {
            println!("  {:?} nothing", &r[0]);
            continue;
        };
        let town = s.district.clone().unwrap_or(s.city.clone());
        if town == r[4] || s.city == r[4] {
            town_ok += 1
        } else {
            println!("  {:?} -> {}", &r[0], s.label());
        }
        let d = ground_distance_m(s.position.at, LonLat { lon: p[1], lat: p[0] });
        if d < 200.0 {
            in200 += 1
        }
        if d < 1000.0 {
            in1k += 1
        }
    }
    println!("velov: {n}, town {town_ok}, within 200 m {in200}, 1 km {in1k}, cpu {:.3} ms", c / n as f64);
    let t = Instant::now();
    let mut files: Vec<_> = walk("/work/shared/data/addresses/bal_exemples");
    files.sort();
    for f in files {
        match build(&[f.clone()], &PathBuf::from("/tmp/geo-measure-ex"), &BuildOptions::default(), &mut |_| {}) {
            Ok(b) => println!(
                "{} ok rows {} rejected {:?} addresses {}",
                f.display(),
                b.report.rows(),
                b.report.rejected(),
                b.addresses
            ),
            Err(e) => println!("{e}"),
        }
    }
    println!("{:?}", t.elapsed());
}
fn walk(p: &str) -> Vec<PathBuf> {
    std::fs::read_dir(p)
        .unwrap()
        .flat_map(|e| {
            let p = e.unwrap().path();
            if p.is_dir() { walk(p.to_str().unwrap()) } else { vec![p] }
        })
        .collect()
}
