//! The projections against PROJ's own `cs2cs`, on a lattice over the Métropole: a millimetre at most.
#![allow(clippy::unwrap_used)] // a failed step fails the test

use std::{
    io::Write,
    process::{Command, Stdio},
};

use layers::{Crs, LonLat, from_lonlat, to_lonlat, to_mercator};

/// 12 × 12 positions from a corner of the Métropole to the other, with a margin.
fn lattice() -> Vec<LonLat> {
    let step = |i: u32| f64::from(i) / 11.0;
    let at = |i: u32, j: u32| LonLat { lon: 4.65 + 0.45 * step(i), lat: 45.52 + 0.44 * step(j) };
    (0..12).flat_map(|i| (0..12).map(move |j| at(i, j))).collect()
}

/// Runs `cs2cs` over pairs of easting and northing (or longitude and latitude).
fn cs2cs(from: Crs, to: Crs, pairs: &[(f64, f64)]) -> Vec<(f64, f64)> {
    // A geographic EPSG code means latitude first to PROJ.
    let swap = |crs: Crs, (a, b): (f64, f64)| if crs.is_geographic() { (b, a) } else { (a, b) };
    let mut child = Command::new("cs2cs")
        .args(["-f", "%.11f", &from.to_string(), "+to", &to.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the projections are tested against PROJ's cs2cs, which is not installed: apt-get install proj-bin");
    let lines: Vec<String> =
        pairs.iter().map(|pair| swap(from, *pair)).map(|(a, b)| format!("{a:.11} {b:.11}\n")).collect();
    child.stdin.take().unwrap().write_all(lines.concat().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "cs2cs {from} to {to} failed");
    let text = String::from_utf8(output.stdout).unwrap();
    let parse = |line: &str| {
        let mut numbers = line.split_whitespace().map(|number| number.parse().unwrap());
        swap(to, (numbers.next().unwrap(), numbers.next().unwrap()))
    };
    text.lines().map(parse).collect()
}

/// Metres on the ground of a difference in degrees, or as it is for metres.
fn metres(crs: Crs, (x, y): (f64, f64)) -> f64 {
    if crs.is_geographic() { (x * 78_000.0).hypot(y * 111_300.0) } else { x.hypot(y) }
}

fn worst(crs: Crs, ours: &[(f64, f64)], theirs: &[(f64, f64)]) -> f64 {
    assert_eq!(ours.len(), theirs.len());
    ours.iter().zip(theirs).map(|(a, b)| metres(crs, (a.0 - b.0, a.1 - b.1))).fold(0.0, f64::max)
}

#[test]
fn every_system_agrees_with_proj_within_a_millimetre_in_both_directions() {
    let degrees: Vec<(f64, f64)> = lattice().iter().map(|at| (at.lon, at.lat)).collect();
    assert!(degrees.len() > 100);
    for crs in Crs::ALL {
        let forward = cs2cs(Crs::Wgs84, crs, &degrees);
        let ours: Vec<_> = lattice().iter().map(|at| from_lonlat(*at, crs).unwrap()).collect();
        assert!(worst(crs, &ours, &forward) < 0.001, "to {crs}: {} m", worst(crs, &ours, &forward));

        let back = cs2cs(crs, Crs::Wgs84, &forward);
        let ours: Vec<_> =
            forward.iter().map(|(x, y)| to_lonlat(crs, *x, *y).unwrap()).map(|at| (at.lon, at.lat)).collect();
        assert!(worst(Crs::Wgs84, &ours, &back) < 0.001, "from {crs}: {} m", worst(Crs::Wgs84, &ours, &back));
    }
}

#[test]
fn the_way_to_web_mercator_agrees_with_proj_within_a_millimetre() {
    let degrees: Vec<(f64, f64)> = lattice().iter().map(|at| (at.lon, at.lat)).collect();
    for crs in Crs::ALL {
        let here = cs2cs(Crs::Wgs84, crs, &degrees);
        let theirs = cs2cs(crs, Crs::WebMercator, &here);
        let ours: Vec<_> = here.iter().map(|(x, y)| to_mercator(crs, *x, *y).unwrap()).collect();
        let worst = worst(Crs::WebMercator, &ours, &theirs);
        assert!(worst < 0.001, "{crs} to EPSG:3857: {worst} m");
    }
}
