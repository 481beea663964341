//! The hands of the folder: the browser's File System API, as far as it is needed.
//!
//! In: a folder that the person chose, names, texts. Out: what stands there; what went wrong, as a [`Trouble`]. It must not know what is in
//! a file. The bindings are its own: those of `web-sys` are not stable, and JavaScript of our own would come with the first view.

use futures_util::future::join_all;
use js_sys::{Array, AsyncIterator, Function, IteratorNext, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use crate::folder::file::{MOST, is_meant};
use crate::folder::{Stamp, Trouble};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = showDirectoryPicker)]
    async fn show_directory_picker(options: &JsValue) -> Result<JsValue, JsValue>;

    /// Handle of a folder or of a file (File System Standard, section 2.4; permissions: File System Access, section 2.3).
    type Handle;
    #[wasm_bindgen(method, getter)]
    fn name(this: &Handle) -> String;
    #[wasm_bindgen(method, getter)]
    fn kind(this: &Handle) -> String;
    #[wasm_bindgen(method, catch, js_name = queryPermission)]
    async fn query_permission(this: &Handle, wish: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = requestPermission)]
    async fn request_permission(this: &Handle, wish: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn values(this: &Handle) -> Result<AsyncIterator, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getFileHandle)]
    async fn get_file_handle(
        this: &Handle,
        name: &str,
        options: &JsValue,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = removeEntry)]
    async fn remove_entry(this: &Handle, name: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getFile)]
    async fn get_file(this: &Handle) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = createWritable)]
    async fn create_writable(this: &Handle) -> Result<JsValue, JsValue>;

    /// Stream into a file, whose place it takes once it is closed.
    type Stream;
    #[wasm_bindgen(method, catch)]
    async fn write(this: &Stream, text: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn close(this: &Stream) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn abort(this: &Stream) -> Result<JsValue, JsValue>;

    /// Observer of a folder, which not every browser has.
    type FileSystemObserver;
    #[wasm_bindgen(constructor, catch)]
    fn new(told: &Function) -> Result<FileSystemObserver, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn observe(this: &FileSystemObserver, folder: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    fn disconnect(this: &FileSystemObserver);
}

/// A folder that the person chose.
pub struct Folder(Handle);

fn name_of(error: &JsValue) -> String {
    let name = Reflect::get(error, &"name".into()).ok();
    name.and_then(|name| name.as_string()).unwrap_or_default()
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

/// Tells whether the browser lets a page keep files in a folder of the person's.
pub fn is_able() -> bool {
    let window = web_sys::window();
    window.is_some_and(|window| {
        let picker = Reflect::get(&window, &"showDirectoryPicker".into());
        picker.is_ok_and(|picker| picker.is_function())
    })
}

fn stamp(file: &File) -> Stamp {
    Stamp {
        modified: file.last_modified(),
        size: file.size(),
    }
}

async fn file(handle: &Handle) -> Result<File, JsValue> {
    handle.get_file().await.map(JsCast::unchecked_into)
}

impl Folder {
    /// Lets the person choose a folder; `None` where they choose none.
    pub async fn choose() -> Result<Option<Folder>, Trouble> {
        let wish = object(&[("id", "rill".into()), ("mode", "readwrite".into())]);
        match show_directory_picker(&wish).await {
            Ok(folder) => Ok(Some(Folder::of(folder))),
            Err(error) if name_of(&error) == "AbortError" => Ok(None),
            Err(error) => Err(thrown(error)),
        }
    }

    /// Takes a folder out of where it was kept.
    pub fn of(kept: JsValue) -> Folder {
        Folder(kept.unchecked_into())
    }

    /// Gives the folder to be kept.
    pub fn kept(&self) -> &JsValue {
        self.0.as_ref()
    }

    /// Reads the folder's name.
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// Tells whether the page may write into the folder. With `asks` the person is asked, who has clicked a moment ago.
    pub async fn is_allowed(&self, asks: bool) -> bool {
        let wish = object(&[("mode", "readwrite".into())]);
        let answer = match asks {
            true => self.0.request_permission(&wish).await,
            false => self.0.query_permission(&wish).await,
        };
        match answer {
            Ok(answer) => answer == "granted",
            // The page's own file system, in a browser that knows no permissions.
            Err(error) => name_of(&error) == "TypeError",
        }
    }

    /// Lists the files of the folder that are meant, each with its stamp. One that goes away meanwhile is left out.
    pub async fn list(&self) -> Result<Vec<(String, Stamp)>, Trouble> {
        let mut found: Vec<Handle> = Vec::new();
        let entries = self.0.values().map_err(thrown)?;
        loop {
            let next = JsFuture::from(entries.next().map_err(thrown)?).await;
            let next: IteratorNext = next.map_err(thrown)?.unchecked_into();
            if next.done() {
                break;
            }
            let entry: Handle = next.value().unchecked_into();
            if entry.kind() == "file" && is_meant(&entry.name()) {
                found.push(entry);
            }
        }
        let files = join_all(found.iter().map(file)).await;
        let files = found.iter().zip(files);
        Ok(files
            .filter_map(|(handle, file)| Some((handle.name(), stamp(&file.ok()?))))
            .collect())
    }

    /// Reads a file: its stamp, and its bytes where they are not too many.
    pub async fn read(&self, name: &str) -> Result<(Stamp, Option<Vec<u8>>), Trouble> {
        let file = self.file(name).await.map_err(thrown)?;
        if file.size() > MOST {
            return Ok((stamp(&file), None));
        }
        let bytes = JsFuture::from(file.array_buffer()).await;
        let bytes = Uint8Array::new(&bytes.map_err(thrown)?).to_vec();
        Ok((stamp(&file), Some(bytes)))
    }

    async fn handle(&self, name: &str, is_made: bool) -> Result<Handle, JsValue> {
        let options = object(&[("create", is_made.into())]);
        let handle = self.0.get_file_handle(name, &options).await;
        handle.map(JsCast::unchecked_into)
    }

    async fn file(&self, name: &str) -> Result<File, JsValue> {
        file(&self.handle(name, false).await?).await
    }

    /// Tells whether a file stands there as it is `known`: with `None` there is none, or an empty one.
    async fn is_known(&self, name: &str, known: Option<Stamp>) -> Result<bool, JsValue> {
        match self.file(name).await {
            Ok(file) => Ok(known.map_or(file.size() == 0.0, |known| known == stamp(&file))),
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
                && file.size() == 0.0
            {
                let _ = self.0.remove_entry(name).await;
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
        let stream: Stream = handle.create_writable().await?.unchecked_into();
        let is_due = match stream.write(text).await {
            // A sync program may have brought another one meanwhile.
            Ok(_) => self.is_known(name, known).await,
            Err(error) => Err(error),
        };
        if !matches!(is_due, Ok(true)) {
            let _ = stream.abort().await;
            return is_due.map(|_| None);
        }
        stream.close().await?;
        Ok(Some(stamp(&file(&handle).await?)))
    }

    /// Begins to watch the folder; `None` where the browser cannot.
    pub fn observe(&self, told: impl Fn() + 'static) -> Option<Observed> {
        let told = Closure::<dyn Fn(Array)>::new(move |_| told());
        let observer = FileSystemObserver::new(told.as_ref().unchecked_ref()).ok()?;
        let folder = self.kept().clone();
        let observed = Observed {
            observer: JsValue::from(&observer),
            _told: told,
        };
        wasm_bindgen_futures::spawn_local(async move {
            // Where it cannot, the page looks when it is seen again.
            let _ = observer.observe(&folder).await;
        });
        Some(observed)
    }
}

/// Watch of a folder. Dropping it ends the watch.
pub struct Observed {
    observer: JsValue,
    _told: Closure<dyn Fn(Array)>,
}

impl Drop for Observed {
    fn drop(&mut self) {
        let observer: &FileSystemObserver = self.observer.unchecked_ref();
        observer.disconnect();
    }
}
