//! The hands of the folder: the browser's File System API, as far as it is needed.
//!
//! In: a folder that the person chose, names, texts. Out: what stands there; what went wrong, as a [`Trouble`]. It must not know what is in
//! a file. Methods are called by their names: each binding, and each line of JavaScript of our own, would cost bytes of the first view.

use futures_util::future::join_all;
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::folder::file::{MOST, is_meant};
use crate::folder::{Stamp, Trouble};
use crate::page::browser::{call, field};

/// A folder that the person chose: a handle (File System Standard, section 2.4; permissions: File System Access, section 2.3).
pub struct Folder(JsValue);

/// Reads a property; undefined where there is none.
fn get(of: &JsValue, name: &str) -> JsValue {
    field(of, name).unwrap_or_default()
}

/// Calls a method that gives a promise, and waits for it.
async fn ask(of: &JsValue, name: &str, values: &[&JsValue]) -> Result<JsValue, JsValue> {
    let values: Vec<JsValue> = values.iter().copied().cloned().collect();
    let answer = call(of, name, &values)?;
    match answer.is_object() {
        true => JsFuture::from(answer.unchecked_into::<Promise>()).await,
        false => Ok(answer),
    }
}

fn text(of: &JsValue, name: &str) -> String {
    get(of, name).as_string().unwrap_or_default()
}

fn number(of: &JsValue, name: &str) -> f64 {
    get(of, name).as_f64().unwrap_or_default()
}

fn name_of(error: &JsValue) -> String {
    text(error, "name")
}

fn thrown(error: JsValue) -> Trouble {
    Trouble::of(&name_of(&error))
}

/// Makes an object of words and yes or no.
fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

fn window() -> JsValue {
    web_sys::window().map(JsValue::from).unwrap_or_default()
}

/// Tells whether the browser lets a page keep files in a folder of the person's.
pub fn is_able() -> bool {
    get(&window(), "showDirectoryPicker").is_function()
}

fn stamp(file: &JsValue) -> Stamp {
    Stamp {
        modified: number(file, "lastModified"),
        size: number(file, "size"),
    }
}

async fn file(handle: &JsValue) -> Result<JsValue, JsValue> {
    ask(handle, "getFile", &[]).await
}

impl Folder {
    /// Lets the person choose a folder; `None` where they choose none.
    pub async fn choose() -> Result<Option<Folder>, Trouble> {
        let wish = object(&[("id", "rill".into()), ("mode", "readwrite".into())]);
        match ask(&window(), "showDirectoryPicker", &[&wish]).await {
            Ok(folder) => Ok(Some(Folder(folder))),
            Err(error) if name_of(&error) == "AbortError" => Ok(None),
            Err(error) => Err(thrown(error)),
        }
    }

    /// Takes a folder out of where it was kept.
    pub fn of(kept: JsValue) -> Folder {
        Folder(kept)
    }

    /// Gives the folder to be kept.
    pub fn kept(&self) -> &JsValue {
        &self.0
    }

    /// Reads the folder's name.
    pub fn name(&self) -> String {
        text(&self.0, "name")
    }

    /// Tells whether the page may write into the folder. With `asks` the person is asked, who has clicked a moment ago.
    pub async fn is_allowed(&self, asks: bool) -> bool {
        let wish = object(&[("mode", "readwrite".into())]);
        let method = match asks {
            true => "requestPermission",
            false => "queryPermission",
        };
        if !get(&self.0, method).is_function() {
            // The page's own file system, in a browser that knows no permissions.
            return true;
        }
        let answer = ask(&self.0, method, &[&wish]).await;
        answer.is_ok_and(|answer| answer == "granted")
    }

    /// Lists the files of the folder that are meant, each with its stamp. One that goes away meanwhile is left out.
    pub async fn list(&self) -> Result<Vec<(String, Stamp)>, Trouble> {
        let mut found: Vec<JsValue> = Vec::new();
        let entries = call(&self.0, "values", &[]).map_err(thrown)?;
        loop {
            let next = ask(&entries, "next", &[]).await.map_err(thrown)?;
            let entry = get(&next, "value");
            if !entry.is_object() {
                break;
            }
            if text(&entry, "kind") == "file" && is_meant(&text(&entry, "name")) {
                found.push(entry);
            }
        }
        let files = join_all(found.iter().map(file)).await;
        let files = found.iter().zip(files);
        Ok(files
            .filter_map(|(handle, file)| Some((text(handle, "name"), stamp(&file.ok()?))))
            .collect())
    }

    /// Reads a file: its stamp, and its bytes where they are not too many.
    pub async fn read(&self, name: &str) -> Result<(Stamp, Option<Vec<u8>>), Trouble> {
        let file = self.file(name).await.map_err(thrown)?;
        if stamp(&file).size > MOST {
            return Ok((stamp(&file), None));
        }
        let bytes = ask(&file, "arrayBuffer", &[]).await;
        let bytes = Uint8Array::new(&bytes.map_err(thrown)?).to_vec();
        Ok((stamp(&file), Some(bytes)))
    }

    async fn handle(&self, name: &str, is_made: bool) -> Result<JsValue, JsValue> {
        let options = object(&[("create", is_made.into())]);
        ask(&self.0, "getFileHandle", &[&name.into(), &options]).await
    }

    async fn file(&self, name: &str) -> Result<JsValue, JsValue> {
        file(&self.handle(name, false).await?).await
    }

    /// Tells whether a file stands there as it is `known`: with `None` there is none, or an empty one.
    async fn is_known(&self, name: &str, known: Option<Stamp>) -> Result<bool, JsValue> {
        match self.file(name).await {
            Ok(file) => Ok(known.map_or(stamp(&file).size == 0.0, |known| known == stamp(&file))),
            Err(error) if name_of(&error) == "NotFoundError" => Ok(known.is_none()),
            Err(error) => Err(error),
        }
    }

    /// Writes a file whole; returns its new stamp, or `None` where it does not stand there as it is `known`: then nothing is written.
    pub async fn write(
        &self,
        name: &str,
        text: &str,
        known: Option<Stamp>,
    ) -> Result<Option<Stamp>, Trouble> {
        let written = self.try_to_write(name, text, known).await;
        if known.is_none() && !matches!(written, Ok(Some(_))) {
            // What was made for it, and has nothing in it.
            if let Ok(file) = self.file(name).await
                && stamp(&file).size == 0.0
            {
                let _ = ask(&self.0, "removeEntry", &[&name.into()]).await;
            }
        }
        written.map_err(thrown)
    }

    async fn try_to_write(
        &self,
        name: &str,
        text: &str,
        known: Option<Stamp>,
    ) -> Result<Option<Stamp>, JsValue> {
        if !self.is_known(name, known).await? {
            return Ok(None);
        }
        let handle = self.handle(name, true).await?;
        let stream = ask(&handle, "createWritable", &[]).await?;
        let is_due = match ask(&stream, "write", &[&text.into()]).await {
            // A sync program may have brought another one meanwhile.
            Ok(_) => self.is_known(name, known).await,
            Err(error) => Err(error),
        };
        if !matches!(is_due, Ok(true)) {
            let _ = ask(&stream, "abort", &[]).await;
            return is_due.map(|_| None);
        }
        ask(&stream, "close", &[]).await?;
        Ok(Some(stamp(&file(&handle).await?)))
    }

    /// Begins to watch the folder; `None` where the browser cannot.
    pub fn observe(&self, told: impl Fn() + 'static) -> Option<Observed> {
        let class = get(&window(), "FileSystemObserver")
            .dyn_into::<Function>()
            .ok()?;
        let told = Closure::<dyn Fn(JsValue)>::new(move |_: JsValue| told());
        let observer = Reflect::construct(&class, &Array::of1(told.as_ref())).ok()?;
        let observed = Observed {
            observer: observer.clone(),
            _told: told,
        };
        let folder = self.0.clone();
        wasm_bindgen_futures::spawn_local(async move {
            // Where it cannot, the page looks when it is seen again.
            let _ = ask(&observer, "observe", &[&folder]).await;
        });
        Some(observed)
    }
}

/// Watch of a folder. Dropping it ends the watch.
pub struct Observed {
    observer: JsValue,
    _told: Closure<dyn Fn(JsValue)>,
}

impl Drop for Observed {
    fn drop(&mut self) {
        let _ = call(&self.observer, "disconnect", &[]);
    }
}
