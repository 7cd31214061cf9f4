//! Grid geometry and attributes to the bytes of one MVT layer (version 2), after
//! the Vector Tile Specification 2.1: <https://github.com/mapbox/vector-tile-spec/tree/master/2.1>.
//! The packer is our own: the layer's dictionary maps attributes without hashing any text.

use layers::{FeatureId, PartKind, ValueId, ValueRef};

use crate::{
    polygon::Paths,
    quantize::{EXTENT, TilePoint},
};

/// Wire types of protocol buffers.
const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const BYTES: u32 = 2;

/// Commands of a geometry.
const MOVE_TO: u32 = 1;
const LINE_TO: u32 = 2;
const CLOSE_PATH: u32 = 7;

/// One layer being packed, and the room it needs: kept from one tile to the next.
///
/// For each feature: `tag` its attributes, then `feature`; at the end `finish`.
#[derive(Debug, Default)]
pub(crate) struct LayerEncoder {
    features: Vec<u8>,
    keys: Vec<u8>,
    values: Vec<u8>,
    feature_count: u32,
    /// Index in this tile of each column, once used.
    key_of_column: Vec<Option<u32>>,
    key_count: u32,
    /// Index in this tile of each value of the layer's dictionary, with the generation that wrote it:
    /// a new tile is a new generation, and nothing is wiped.
    value_of_id: Vec<(u32, u32)>,
    value_count: u32,
    generation: u32,
    tags: Vec<u8>,
    geometry: Vec<u8>,
}

impl LayerEncoder {
    /// Forgets the layer before.
    pub(crate) fn start(&mut self, columns: usize) {
        self.features.clear();
        self.keys.clear();
        self.values.clear();
        self.feature_count = 0;
        self.key_of_column.clear();
        self.key_of_column.resize(columns, None);
        self.key_count = 0;
        self.value_count = 0;
        if self.generation == u32::MAX {
            self.value_of_id.clear();
            self.generation = 0;
        }
        self.generation += 1;
        self.tags.clear();
    }

    pub(crate) fn feature_count(&self) -> u32 {
        self.feature_count
    }

    /// Bytes of the layer so far.
    pub(crate) fn len(&self) -> usize {
        self.features.len() + self.keys.len() + self.values.len()
    }

    /// At most the bytes that these paths take.
    pub(crate) fn most_bytes(paths: &Paths) -> usize {
        // A coordinate in the window takes two or three bytes; a path has three commands of at most
        // five; the feature around them has an identifier and lengths.
        6 * paths.points().len() + 15 * paths.len() + 32
    }

    /// Gives the next feature an attribute.
    pub(crate) fn tag(&mut self, column: usize, name: &str, id: ValueId, value: ValueRef<'_>) {
        let key = *self.key_of_column[column].get_or_insert_with(|| {
            put_bytes(&mut self.keys, 3, name.as_bytes());
            self.key_count += 1;
            self.key_count - 1
        });
        let slot = id.0 as usize;
        if slot >= self.value_of_id.len() {
            self.value_of_id.resize(slot + 1, (0, 0));
        }
        if self.value_of_id[slot].0 != self.generation {
            put_value(&mut self.values, value);
            self.value_of_id[slot] = (self.generation, self.value_count);
            self.value_count += 1;
        }
        put_varint(&mut self.tags, u64::from(key));
        put_varint(&mut self.tags, u64::from(self.value_of_id[slot].1));
    }

    /// Adds a feature with the attributes tagged since the last one.
    pub(crate) fn feature(&mut self, id: FeatureId, kind: PartKind, paths: &Paths) {
        self.geometry.clear();
        let kind = match kind {
            PartKind::Point => put_points(&mut self.geometry, paths),
            PartKind::Line => put_paths(&mut self.geometry, paths, false),
            PartKind::Polygon => put_paths(&mut self.geometry, paths, true),
        };
        let id_len = 1 + varint_len(id.0);
        let tags_len = if self.tags.is_empty() { 0 } else { bytes_len(self.tags.len()) };
        let len = id_len + tags_len + 2 + bytes_len(self.geometry.len());

        let out = &mut self.features;
        put_key(out, 2, BYTES);
        put_varint(out, len as u64);
        put_key(out, 1, VARINT);
        put_varint(out, id.0);
        if !self.tags.is_empty() {
            put_bytes(out, 2, &self.tags);
        }
        put_key(out, 3, VARINT);
        put_varint(out, kind);
        put_bytes(out, 4, &self.geometry);
        self.tags.clear();
        self.feature_count += 1;
    }

    /// Adds the layer to a tile, under this name. Does nothing when it has no feature.
    pub(crate) fn finish(&self, name: &str, tile: &mut Vec<u8>) {
        if self.feature_count == 0 {
            return;
        }
        let extent_len = 1 + varint_len(u64::from(EXTENT));
        let len = 2 + bytes_len(name.len()) + self.len() + extent_len;
        put_key(tile, 3, BYTES);
        put_varint(tile, len as u64);
        put_key(tile, 15, VARINT);
        put_varint(tile, 2);
        put_bytes(tile, 1, name.as_bytes());
        tile.extend_from_slice(&self.features);
        tile.extend_from_slice(&self.keys);
        tile.extend_from_slice(&self.values);
        put_key(tile, 5, VARINT);
        put_varint(tile, u64::from(EXTENT));
    }
}

/// Type 1 of the specification: every point in one MoveTo.
fn put_points(out: &mut Vec<u8>, paths: &Paths) -> u64 {
    put_command(out, MOVE_TO, paths.points().len());
    let mut cursor = TilePoint { x: 0, y: 0 };
    for &point in paths.points() {
        put_move(out, &mut cursor, point);
    }
    1
}

/// Types 2 and 3: each path a MoveTo and a LineTo, closed for rings.
fn put_paths(out: &mut Vec<u8>, paths: &Paths, rings: bool) -> u64 {
    let mut cursor = TilePoint { x: 0, y: 0 };
    for path in paths.iter() {
        put_command(out, MOVE_TO, 1);
        put_move(out, &mut cursor, path[0]);
        put_command(out, LINE_TO, path.len() - 1);
        for &point in &path[1..] {
            put_move(out, &mut cursor, point);
        }
        if rings {
            put_command(out, CLOSE_PATH, 1);
        }
    }
    if rings { 3 } else { 2 }
}

fn put_command(out: &mut Vec<u8>, command: u32, count: usize) {
    put_varint(out, (count as u64) << 3 | u64::from(command));
}

fn put_move(out: &mut Vec<u8>, cursor: &mut TilePoint, to: TilePoint) {
    put_varint(out, zigzag(to.x - cursor.x));
    put_varint(out, zigzag(to.y - cursor.y));
    *cursor = to;
}

/// The four kinds of whole number of MVT are distinct values to its readers: we write `uint`, and
/// `sint` for what is negative, because that is the shortest; other numbers are always `double`.
fn put_value(out: &mut Vec<u8>, value: ValueRef<'_>) {
    put_key(out, 4, BYTES);
    match value {
        ValueRef::Text(text) => {
            put_varint(out, bytes_len(text.len()) as u64);
            put_bytes(out, 1, text.as_bytes());
        }
        ValueRef::Float(number) => {
            put_varint(out, 9);
            put_key(out, 3, FIXED64);
            out.extend_from_slice(&number.to_le_bytes());
        }
        ValueRef::Int(number) => {
            let (field, coded) = u64::try_from(number).map_or((6, zigzag(number)), |positive| (5, positive));
            put_varint(out, 1 + varint_len(coded) as u64);
            put_key(out, field, VARINT);
            put_varint(out, coded);
        }
        ValueRef::Bool(truth) => {
            put_varint(out, 2);
            put_key(out, 7, VARINT);
            put_varint(out, u64::from(truth));
        }
    }
}

fn put_key(out: &mut Vec<u8>, field: u32, wire: u32) {
    put_varint(out, u64::from(field << 3 | wire));
}

fn put_bytes(out: &mut Vec<u8>, field: u32, bytes: &[u8]) {
    put_key(out, field, BYTES);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn varint_len(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

/// Length of a field of bytes whose number is under 16, its key and its length included.
fn bytes_len(len: usize) -> usize {
    1 + varint_len(len as u64) + len
}

/// Small numbers of either sign as small positive ones.
fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
}

#[cfg(test)]
mod tests {
    use mvt::{GeomEncoder, GeomType};

    use super::*;
    use crate::{mvt_strict, quantize::tests::points};

    fn paths(list: &[&[(i64, i64)]]) -> Paths {
        let mut paths = Paths::default();
        list.iter().for_each(|path| paths.push(&points(path)));
        paths
    }

    /// A layer of three features, with every type of value.
    fn packed(encoder: &mut LayerEncoder) -> Vec<u8> {
        encoder.start(3);
        encoder.tag(0, "nom", ValueId(40), ValueRef::Text("Rhône"));
        encoder.tag(2, "cote", ValueId(2), ValueRef::Int(-300));
        encoder.feature(FeatureId(1), PartKind::Point, &paths(&[&[(5, 6), (-7, 4100)]]));
        encoder.tag(2, "cote", ValueId(7), ValueRef::Int(300));
        encoder.feature(FeatureId(1 << 40), PartKind::Line, &paths(&[&[(0, 0), (9, 9)], &[(10, 9), (1, 1), (2, 0)]]));
        encoder.tag(0, "nom", ValueId(40), ValueRef::Text("Rhône"));
        encoder.tag(1, "pmr", ValueId(1), ValueRef::Bool(false));
        encoder.tag(2, "cote", ValueId(3), ValueRef::Float(0.1));
        let rings: [&[(i64, i64)]; 3] =
            [&[(0, 0), (90, 0), (90, 90)], &[(50, 20), (80, 70), (80, 20)], &[(91, 20), (99, 20), (99, 22)]];
        encoder.feature(FeatureId(3), PartKind::Polygon, &paths(&rings));
        let mut tile = Vec::new();
        encoder.finish("relief", &mut tile);
        tile
    }

    /// The same layer by another packer, the crate `mvt`.
    fn packed_by_mvt() -> Vec<u8> {
        let mut tile = mvt::Tile::new(4096);
        let geometry = |kind, paths: &[&[(i32, i32)]]| {
            let mut encoder = GeomEncoder::new(kind);
            for path in paths {
                for &(x, y) in *path {
                    encoder.add_point(f64::from(x), f64::from(y)).unwrap();
                }
                encoder.complete_geom().unwrap();
            }
            encoder.encode().unwrap()
        };
        let mut feature = tile.create_layer("relief").into_feature(geometry(GeomType::Point, &[&[(5, 6), (-7, 4100)]]));
        feature.set_id(1);
        feature.add_tag_string("nom", "Rhône");
        feature.add_tag_sint("cote", -300);
        let lines: [&[(i32, i32)]; 2] = [&[(0, 0), (9, 9)], &[(10, 9), (1, 1), (2, 0)]];
        let mut feature = feature.into_layer().into_feature(geometry(GeomType::Linestring, &lines));
        feature.set_id(1 << 40);
        feature.add_tag_uint("cote", 300);
        let rings: [&[(i32, i32)]; 3] =
            [&[(0, 0), (90, 0), (90, 90)], &[(50, 20), (80, 70), (80, 20)], &[(91, 20), (99, 20), (99, 22)]];
        let mut feature = feature.into_layer().into_feature(geometry(GeomType::Polygon, &rings));
        feature.set_id(3);
        feature.add_tag_string("nom", "Rhône");
        feature.add_tag_bool("pmr", false);
        feature.add_tag_double("cote", 0.1);
        tile.add_layer(feature.into_layer()).unwrap();
        tile.to_bytes().unwrap()
    }

    #[test]
    fn another_packer_writes_a_tile_that_reads_the_same() {
        let ours = packed(&mut LayerEncoder::default());
        let summary = mvt_strict::validate(&ours).unwrap();
        assert_eq!(summary, mvt_strict::validate_by(&packed_by_mvt(), mvt_strict::Rules::Must).unwrap());
        assert_eq!(ours.len(), packed_by_mvt().len());
    }

    #[test]
    fn a_layer_leaves_nothing_to_the_next() {
        let mut encoder = LayerEncoder::default();
        let first = packed(&mut encoder);
        encoder.start(1);
        encoder.tag(0, "autre", ValueId(40), ValueRef::Text("Saône"));
        encoder.feature(FeatureId(9), PartKind::Point, &paths(&[&[(1, 1)]]));
        let mut second = Vec::new();
        encoder.finish("autres", &mut second);
        let summary = mvt_strict::validate(&second).unwrap();
        assert_eq!(
            summary.layers[0].features[0].properties,
            [("autre".to_owned(), mvt_strict::Value::Text("Saône".to_owned()))]
        );
        assert_eq!(packed(&mut encoder), first);
    }

    #[test]
    fn a_path_that_starts_where_the_last_one_ended_starts_with_a_move() {
        let mut encoder = LayerEncoder::default();
        encoder.start(0);
        encoder.feature(FeatureId(1), PartKind::Line, &paths(&[&[(0, 0), (9, 9)], &[(9, 9), (5, 5)]]));
        let rings: [&[(i64, i64)]; 2] = [&[(0, 0), (90, 0), (90, 90)], &[(90, 90), (99, 90), (99, 99)]];
        encoder.feature(FeatureId(2), PartKind::Polygon, &paths(&rings));
        let mut tile = Vec::new();
        encoder.finish("suites", &mut tile);
        let summary = mvt_strict::validate(&tile).unwrap();
        let counts: Vec<usize> =
            summary.layers[0].features.iter().map(|feature| feature.geometry.points().len()).collect();
        assert_eq!(counts, [4, 6]);
    }

    #[test]
    fn an_encoder_without_a_feature_writes_no_layer() {
        let mut encoder = LayerEncoder::default();
        encoder.start(2);
        let mut tile = vec![1];
        encoder.finish("vide", &mut tile);
        assert_eq!(tile, [1]);
    }

    #[test]
    fn the_room_announced_is_enough() {
        let ring = paths(&[&[(-65_535, -65_535), (69_631, -65_535), (69_631, 69_631)]]);
        let mut encoder = LayerEncoder::default();
        encoder.start(0);
        encoder.feature(FeatureId(FeatureId::MAX), PartKind::Polygon, &ring);
        assert!(encoder.len() <= LayerEncoder::most_bytes(&ring));
    }

    #[test]
    fn numbers_take_the_bytes_that_we_say() {
        for value in [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX] {
            let mut bytes = Vec::new();
            put_varint(&mut bytes, value);
            assert_eq!(bytes.len(), varint_len(value), "{value}");
        }
        assert_eq!([0, -1, 1, -2, i64::MIN].map(zigzag), [0, 1, 2, 3, u64::MAX]);
    }
}
