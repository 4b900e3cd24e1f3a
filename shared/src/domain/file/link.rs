//! Files that LINE has no message for: they go as a link, and their name ends as what they are.

use super::FileKind;

/// Documents, sounds and films that are not told by their first bytes. Nothing that a computer runs, and no page.
const BY_NAME: [&str; 27] = [
    "ai", "avi", "bmp", "csv", "doc", "docx", "eml", "epub", "ics", "json", "key", "numbers", "odp", "ods", "odt",
    "pages", "ppt", "pptx", "psd", "rtf", "tif", "tiff", "txt", "vcf", "xls", "xlsx", "zip",
];

/// How the name of a file ends that goes as a link. What its first bytes say counts, and only where they say nothing what it is `called`.
/// `None`: it is nothing that people open.
pub fn linked_as(kind: FileKind, called: Option<&str>) -> Option<&'static str> {
    if kind != FileKind::Other {
        return Some(kind.extension());
    }
    let (_, extension) = called?.rsplit_once('.')?;
    BY_NAME.into_iter().find(|known| known.eq_ignore_ascii_case(extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_ends_as_it_is_called_and_nothing_ends_as_what_its_bytes_are_not() {
        for (kind, called, extension) in [
            (FileKind::Pdf, Some("a.docx"), Some("pdf")),
            (FileKind::Pdf, None, Some("pdf")),
            (FileKind::Other, Some("見積.DOCX"), Some("docx")),
            (FileKind::Other, Some("a.pdf"), None),
            (FileKind::Other, Some("a.jpg"), None),
            (FileKind::Other, Some("a.exe"), None),
            (FileKind::Other, Some("a.html"), None),
            (FileKind::Other, Some("a.svg"), None),
            (FileKind::Other, Some("txt"), None),
            (FileKind::Other, None, None),
        ] {
            assert_eq!(linked_as(kind, called), extension, "{kind:?} {called:?}");
        }
    }
}
