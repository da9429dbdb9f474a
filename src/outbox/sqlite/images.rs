//! Images, each kept once and counted: when no content shows it any more, it is swept.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use crate::outbox::{Millis, StoredImage};

/// How many bytes of images are remembered.
const REMEMBERED: usize = 32 << 20;

/// What the writer remembers of images. Numbers are never given twice.
#[derive(Default)]
pub(super) struct Images {
    numbers: HashMap<(String, String), i64>,
    seen: HashMap<i64, StoredImage>,
    bytes: usize,
}

impl Images {
    /// After what was written is undone: numbers that were just given may not be there.
    pub fn forget(&mut self) {
        *self = Images::default();
    }

    /// Counts the images of a content; their numbers, with commas.
    pub fn hold(
        &mut self,
        conn: &Connection,
        images: &[StoredImage],
        now: Millis,
    ) -> rusqlite::Result<String> {
        let mut numbers = Vec::with_capacity(images.len());
        for image in images {
            numbers.push(self.hold_one(conn, image, now)?.to_string());
        }
        Ok(numbers.join(","))
    }

    fn hold_one(
        &mut self,
        conn: &Connection,
        image: &StoredImage,
        now: Millis,
    ) -> rusqlite::Result<i64> {
        let name = (image.sha256.clone(), image.file_name.clone());
        if let Some(&number) = self.numbers.get(&name)
            && count(conn, number, 1)?
        {
            return Ok(number);
        }
        let number = match find(conn, image)? {
            Some(number) => number,
            None => insert(conn, image, now)?,
        };
        count(conn, number, 1)?;
        self.numbers.insert(name, number);
        Ok(number)
    }

    /// The images of a content by their numbers. One that is not there is told when the content
    /// is read.
    pub fn load(&mut self, conn: &Connection, numbers: &str) -> rusqlite::Result<Vec<StoredImage>> {
        let mut images = Vec::new();
        for number in numbers.split(',').filter_map(|number| number.parse().ok()) {
            images.extend(self.load_one(conn, number).optional()?);
        }
        Ok(images)
    }

    fn load_one(&mut self, conn: &Connection, number: i64) -> rusqlite::Result<StoredImage> {
        if let Some(image) = self.seen.get(&number) {
            return Ok(image.clone());
        }
        let sql = "SELECT sha256, file_name, bytes FROM images WHERE image = ?1";
        let image = conn.prepare_cached(sql)?.query_row([number], |row| {
            let bytes: Arc<[u8]> = row.get_ref(2)?.as_blob()?.into();
            Ok(StoredImage { sha256: row.get(0)?, file_name: row.get(1)?, bytes })
        })?;
        self.bytes += image.bytes.len();
        if self.bytes > REMEMBERED {
            self.seen.clear();
            self.bytes = image.bytes.len();
        }
        self.seen.insert(number, image.clone());
        Ok(image)
    }
}

/// A content that showed these images is gone.
pub(super) fn let_go(conn: &Connection, numbers: &str, now: Millis) -> rusqlite::Result<()> {
    for number in numbers.split(',').filter_map(|number| number.parse::<i64>().ok()) {
        count(conn, number, -1)?;
        let sql = "UPDATE image_uses SET idle_since = ?2 WHERE image = ?1 AND uses = 0";
        conn.prepare_cached(sql)?.execute(params![number, now])?;
    }
    Ok(())
}

/// Removes images that no content has shown since `before`.
pub(super) fn sweep(conn: &Connection, before: Millis) -> rusqlite::Result<()> {
    let sql = "DELETE FROM image_uses WHERE uses = 0 AND idle_since < ?1 RETURNING image";
    let mut statement = conn.prepare_cached(sql)?;
    let idle: Vec<i64> =
        statement.query_map([before], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for number in idle {
        conn.prepare_cached("DELETE FROM images WHERE image = ?1")?.execute([number])?;
    }
    Ok(())
}

fn count(conn: &Connection, number: i64, by: i64) -> rusqlite::Result<bool> {
    let sql = "UPDATE image_uses SET uses = uses + ?2 WHERE image = ?1";
    Ok(conn.prepare_cached(sql)?.execute(params![number, by])? == 1)
}

fn find(conn: &Connection, image: &StoredImage) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT image FROM images WHERE sha256 = ?1 AND file_name = ?2";
    let mut statement = conn.prepare_cached(sql)?;
    statement.query_row([&image.sha256, &image.file_name], |row| row.get(0)).optional()
}

fn insert(conn: &Connection, image: &StoredImage, now: Millis) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO images (sha256, file_name, bytes) VALUES (?1, ?2, ?3)";
    conn.prepare_cached(sql)?.execute(params![image.sha256, image.file_name, &image.bytes[..]])?;
    let number = conn.last_insert_rowid();
    let sql = "INSERT INTO image_uses (image, uses, idle_since) VALUES (?1, 0, ?2)";
    conn.prepare_cached(sql)?.execute(params![number, now])?;
    Ok(number)
}
