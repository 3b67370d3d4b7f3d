//! Photos: decoded, turned upright, stripped of everything but the picture (`reliability.md` P-07, U-05).

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};

use super::model::FileRule;

/// Most pixels a picture may have, checked before it is decoded.
const PIXELS_MAX: u64 = 50_000_000;
/// Longest side that is kept.
const LONG_SIDE: u32 = 2_048;
/// Longest side of the small picture.
const THUMB_SIDE: u32 = 640;

/// A photo as it is kept and served.
#[derive(Debug)]
pub struct CleanPhoto {
    /// The picture as JPEG.
    pub jpeg: Vec<u8>,
    /// Its width.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// The small picture as JPEG.
    pub thumb: Vec<u8>,
    /// Its width.
    pub thumb_width: u32,
    /// Its height.
    pub thumb_height: u32,
}

/// Decodes a JPEG, PNG or WebP and encodes it anew.
///
/// # Errors
/// [`FileRule::BadPicture`] for what cannot be decoded or has too many pixels.
pub fn cleaned(bytes: &[u8]) -> Result<CleanPhoto, FileRule> {
    let (picture, _) = decoded(bytes)?;
    let picture = fitted(picture, LONG_SIDE);
    let thumb = fitted(picture.clone(), THUMB_SIDE);
    Ok(CleanPhoto {
        width: picture.width(),
        height: picture.height(),
        thumb_width: thumb.width(),
        thumb_height: thumb.height(),
        jpeg: encoded(&picture, 85)?,
        thumb: encoded(&thumb, 80)?,
    })
}

/// A picture in its own size and format, upright, without anything but the picture: a page that was scanned.
///
/// # Errors
/// As [`cleaned`].
pub fn stripped(bytes: &[u8]) -> Result<Vec<u8>, FileRule> {
    let (picture, format) = decoded(bytes)?;
    if format == ImageFormat::Jpeg {
        return encoded(&picture, 92);
    }
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).map_err(|_| FileRule::BadPicture)?;
    Ok(out.into_inner())
}

/// The picture as it is seen, and its format.
fn decoded(bytes: &[u8]) -> Result<(DynamicImage, ImageFormat), FileRule> {
    let bad = |_| FileRule::BadPicture;
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| FileRule::BadPicture)?;
    let (width, height) = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| FileRule::BadPicture)?
        .into_dimensions()
        .map_err(bad)?;
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(FileRule::BadPicture);
    }
    let format = reader.format().ok_or(FileRule::BadPicture)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(256 * 1024 * 1024);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(bad)?;
    let orientation = decoder.orientation().map_err(bad)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(bad)?;
    picture.apply_orientation(orientation);
    Ok((picture, format))
}

fn fitted(picture: DynamicImage, side: u32) -> DynamicImage {
    if picture.width().max(picture.height()) <= side {
        return picture;
    }
    picture.resize(side, side, FilterType::Triangle)
}

fn encoded(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>, FileRule> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, quality)
        .encode_image(&picture.to_rgb8())
        .map_err(|_| FileRule::BadPicture)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demo(name: &str) -> Vec<u8> {
        std::fs::read(format!("{}/fixtures/example_2019/photos/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    #[test]
    fn position_and_camera_are_gone_and_the_picture_stands_upright() {
        let before = demo("03_六步议事法讲解.jpg");
        assert!(before.windows(4).any(|window| window == b"Exif"));
        let photo = cleaned(&before).unwrap();
        assert!(!photo.jpeg.windows(4).any(|window| window == b"Exif"));
        let (raw_width, raw_height) =
            ImageReader::new(Cursor::new(&before)).with_guessed_format().unwrap().into_dimensions().unwrap();
        // Orientation 6 is a quarter turn: width and height change places.
        assert_eq!(photo.width > photo.height, raw_height > raw_width);
        assert!(photo.thumb_width.max(photo.thumb_height) <= THUMB_SIDE);
    }

    #[test]
    fn a_scanned_page_keeps_its_size_and_loses_the_rest() {
        let before = demo("01_揭牌仪式.jpg");
        let after = stripped(&before).unwrap();
        assert!(!after.windows(4).any(|window| window == b"Exif"));
        let size = |bytes: &[u8]| {
            ImageReader::new(Cursor::new(bytes)).with_guessed_format().unwrap().into_dimensions().unwrap()
        };
        assert_eq!(size(&after), size(&before));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        assert_eq!(cleaned(b"not a picture").err(), Some(FileRule::BadPicture));
        // Cut off inside its head, before there is any picture.
        assert_eq!(cleaned(demo("01_揭牌仪式.jpg").get(..200).unwrap()).err(), Some(FileRule::BadPicture));
    }
}
