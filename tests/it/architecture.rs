//! The code against README's map: who may import whom, where SQL lives, how long files get.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// README's table `| room | may import | .. |`, by room.
fn readme_map() -> BTreeMap<String, BTreeSet<String>> {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let table = readme.split("| room | may import |").nth(1).expect("README has a room map");
    let mut map = BTreeMap::new();
    for line in table.lines().skip(2).take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let words = |text: &str| -> BTreeSet<String> {
            text.split([',', ' '])
                .map(|word| word.trim_matches('`').to_string())
                .filter(|word| !word.is_empty() && word != "-")
                .collect()
        };
        let imports = words(cells[2]);
        for room in words(cells[1]) {
            map.insert(room, imports.clone());
        }
    }
    map
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// (room, path, text) of every source file inside a room.
fn sources() -> Vec<(String, PathBuf, String)> {
    let (src, mut files) = (root().join("src"), Vec::new());
    rust_files(&src, &mut files);
    files
        .into_iter()
        .filter_map(|path| {
            let inside =
                path.strip_prefix(&src).unwrap().components().next()?.as_os_str().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            (!inside.ends_with(".rs")).then_some((inside, path, text))
        })
        .collect()
}

/// Rooms named after `crate::`, in single and in grouped imports.
fn imported_rooms(text: &str) -> BTreeSet<String> {
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut rooms = BTreeSet::new();
    for part in code.split("crate::").skip(1) {
        let names: Vec<&str> = match part.strip_prefix('{') {
            Some(group) => group.split('}').next().unwrap().split(',').collect(),
            None => vec![part],
        };
        for name in names {
            let word: String = name.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            rooms.insert(word);
        }
    }
    rooms
}

#[test]
fn rooms_import_only_what_the_map_allows() {
    let map = readme_map();
    let mut wrong = Vec::new();
    for (room, path, text) in sources() {
        let Some(allowed) = map.get(&room) else {
            wrong.push(format!("room '{room}' is not in README's map"));
            continue;
        };
        for used in imported_rooms(&text) {
            let free = used == room || used == "domain" || used == "sql" || allowed.contains("all");
            if !free && !allowed.contains(&used) {
                wrong.push(format!("{} uses {used}", path.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(wrong.is_empty(), "against README's map:\n{}", wrong.join("\n"));
}

#[test]
fn the_map_lists_exactly_the_rooms_there_are() {
    let rooms: BTreeSet<String> = sources().into_iter().map(|(room, _, _)| room).collect();
    let listed: BTreeSet<String> = readme_map().into_keys().collect();
    assert_eq!(rooms, listed);
    let map = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    for room in rooms {
        assert!(map.contains(&format!("pub mod {room};")), "src/lib.rs is the map and lacks {room}");
    }
}

#[test]
fn sql_lives_in_sql_files() {
    let free = ["store", "features"];
    let mut wrong = Vec::new();
    for (room, path, text) in sources().into_iter().filter(|(room, _, _)| !free.contains(&room.as_str())) {
        // Test code may look into tables with statements of its own.
        let for_tests = path.ends_with("fixture.rs")
            || path.ends_with("tests.rs")
            || path.components().any(|part| part.as_os_str() == "tests");
        let code = if for_tests { "" } else { text.split("#[cfg(test)]").next().unwrap() };
        for (n, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            let statement = ["\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE ", "\"CREATE ", "\"WITH "];
            // An escaped quote is text for a reader, such as a command to try.
            if statement.iter().any(|start| line.replace("\\\"", "").contains(start)) {
                wrong.push(format!("{room}: {}:{}", path.display(), n + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "SQL outside sql/:\n{}", wrong.join("\n"));
}

#[test]
fn files_stay_readable() {
    let long: Vec<String> = sources()
        .into_iter()
        .filter(|(_, _, text)| text.lines().count() > 500)
        .map(|(_, path, _)| path.display().to_string())
        .collect();
    assert!(long.is_empty(), "over 500 lines: {long:?}");
}

#[test]
fn every_integration_file_is_in_the_binary() {
    let main = std::fs::read_to_string(root().join("tests/it/main.rs")).unwrap();
    for entry in std::fs::read_dir(root().join("tests/it")).unwrap() {
        let file = entry.unwrap().file_name().to_string_lossy().into_owned();
        let Some(name) = file.strip_suffix(".rs") else { continue };
        assert!(name == "main" || main.contains(&format!("mod {name};")), "tests/it/{name}.rs is forgotten");
    }
}
