//! Protocol buffers, as far as vector tiles use them: <https://protobuf.dev/programming-guides/encoding/>.

/// What is wrong with some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(pub String);

/// A field of a message.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    pub number: u64,
    pub payload: Payload<'a>,
}

#[derive(Debug, Clone, Copy)]
pub enum Payload<'a> {
    Varint(u64),
    Fixed64([u8; 8]),
    Bytes(&'a [u8]),
    Fixed32([u8; 4]),
}

/// The fields of a message, one after the other; the first malformed one is the last.
pub struct Message<'a> {
    rest: &'a [u8],
}

impl Payload<'_> {
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Varint(_) => "varint",
            Self::Fixed64(_) => "64 bits",
            Self::Bytes(_) => "bytes",
            Self::Fixed32(_) => "32 bits",
        }
    }
}

impl<'a> Message<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn field(&mut self) -> Result<Field<'a>, Malformed> {
        let key = varint(&mut self.rest)?;
        let payload = match key & 7 {
            0 => Payload::Varint(varint(&mut self.rest)?),
            1 => Payload::Fixed64(self.fixed()?),
            2 => {
                let len = varint(&mut self.rest)?;
                Payload::Bytes(self.take(len)?)
            }
            5 => Payload::Fixed32(self.fixed()?),
            wire => return Err(Malformed(format!("wire type {wire}"))),
        };
        match key >> 3 {
            0 => Err(Malformed("field number 0".to_owned())),
            number => Ok(Field { number, payload }),
        }
    }

    fn take(&mut self, len: u64) -> Result<&'a [u8], Malformed> {
        let cut = || Malformed(format!("the message ends before a field of {len} bytes"));
        let (field, rest) =
            usize::try_from(len).ok().and_then(|len| self.rest.split_at_checked(len)).ok_or_else(cut)?;
        self.rest = rest;
        Ok(field)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (bytes, rest) =
            self.rest.split_first_chunk().ok_or_else(|| Malformed("the message ends in a number".to_owned()))?;
        self.rest = rest;
        Ok(*bytes)
    }
}

impl<'a> Iterator for Message<'a> {
    type Item = Result<Field<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// A packed array of numbers that must fit 32 bits.
pub fn packed_u32(mut bytes: &[u8]) -> Result<Vec<u32>, Malformed> {
    let mut numbers = Vec::new();
    while !bytes.is_empty() {
        let number = varint(&mut bytes)?;
        numbers.push(u32::try_from(number).map_err(|_| Malformed(format!("{number} does not fit 32 bits")))?);
    }
    Ok(numbers)
}

/// The number that zigzag coding stands for.
pub fn unzigzag(coded: u64) -> i64 {
    (coded >> 1).cast_signed() ^ -(coded & 1).cast_signed()
}

/// Seven bits a byte, the low ones first; the last byte has its high bit clear.
fn varint(bytes: &mut &[u8]) -> Result<u64, Malformed> {
    let mut value = 0u64;
    for shift in (0..70).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or_else(|| Malformed("the message ends in a number".to_owned()))?;
        *bytes = rest;
        if shift == 63 && byte > 1 {
            break;
        }
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Malformed("a number of more than 64 bits".to_owned()))
}
