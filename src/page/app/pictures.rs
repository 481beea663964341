//! Pictures for the next message.

use std::sync::Arc;

use leptos::prelude::*;
use web_sys::File;

use super::{Chat, Refused};
use crate::chat::request::Image;

impl Chat {
    /// Takes files, as soon as the second half of the page is here, which can read them.
    pub(super) fn add_pictures(self, files: Vec<File>) {
        self.spawn(async move {
            if let Some(half) = self.second_half().await {
                (half.files)(self, files);
            }
        });
    }

    /// Adds a picture, which was read from a file, to the next message.
    pub fn add_picture(self, image: Image) {
        self.write(|signals| signals.images.update(|images| images.push(Arc::new(image))));
    }

    /// Takes a picture out of the next message. Of two that are the same, one goes.
    pub(super) fn remove_picture(self, gone: &Image) {
        self.write(|signals| {
            signals.images.update(|images| {
                if let Some(at) = images.iter().position(|image| **image == *gone) {
                    images.remove(at);
                }
            });
        });
    }

    /// Sets the reason why a picture was not taken; `None` where there is nothing to say any more.
    pub fn refuse(self, why: Option<Refused>) {
        self.write(|signals| signals.refused.set(why));
    }
}
