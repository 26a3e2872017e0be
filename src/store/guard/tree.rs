//! A parse tree as DuckDB serialises it: JSON, read without recursion, so that no depth overflows the stack.

use std::collections::HashSet;

/// One value of the tree.
#[derive(Debug)]
pub(super) enum Node {
    /// Members in their order.
    Object(Vec<(String, usize)>),
    /// Items in their order.
    Array(Vec<usize>),
    /// A text.
    Text(String),
    /// A number, `true`, `false` or `null`.
    Plain(String),
}

/// Nodes by index; the first one is the root.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    /// Reads JSON as DuckDB writes it.
    ///
    /// # Errors
    /// What is no JSON, in a few words.
    pub(super) fn read(json: &str) -> Result<Self, String> {
        let mut tree = Self { nodes: Vec::new() };
        // Open objects and arrays, and the key that waits for its value.
        let (mut open, mut key): (Vec<usize>, Option<String>) = (Vec::new(), None);
        let mut rest = json.trim_start();
        while let Some(first) = rest.bytes().next() {
            match first {
                b',' | b':' => rest = &rest[1..],
                b'}' | b']' => {
                    open.pop().ok_or("the parse tree closes what it did not open")?;
                    rest = &rest[1..];
                }
                b'{' | b'[' => {
                    let node = if first == b'{' { Node::Object(Vec::new()) } else { Node::Array(Vec::new()) };
                    let at = tree.add(node, open.last().copied(), &mut key)?;
                    open.push(at);
                    rest = &rest[1..];
                }
                b'"' => {
                    let end = 1 + closing_quote(&rest[1..]).ok_or("the parse tree has an open text")?;
                    let text: String = serde_json::from_str(&rest[..=end]).map_err(|error| error.to_string())?;
                    rest = &rest[end + 1..];
                    let in_object = open.last().is_some_and(|&at| matches!(tree.nodes[at], Node::Object(_)));
                    if in_object && key.is_none() {
                        key = Some(text);
                    } else {
                        tree.add(Node::Text(text), open.last().copied(), &mut key)?;
                    }
                }
                _ => {
                    let end = rest.find([',', '}', ']']).unwrap_or(rest.len());
                    tree.add(Node::Plain(rest[..end].trim().to_string()), open.last().copied(), &mut key)?;
                    rest = &rest[end..];
                }
            }
            rest = rest.trim_start();
        }
        if open.is_empty() && !tree.nodes.is_empty() { Ok(tree) } else { Err("the parse tree ends early".into()) }
    }

    fn add(&mut self, node: Node, parent: Option<usize>, key: &mut Option<String>) -> Result<usize, String> {
        let at = self.nodes.len();
        self.nodes.push(node);
        match parent.map(|parent| &mut self.nodes[parent]) {
            Some(Node::Object(members)) => members.push((key.take().ok_or("a member without a key")?, at)),
            Some(Node::Array(items)) => items.push(at),
            None if at == 0 => {}
            _ => return Err("a value outside the parse tree".into()),
        }
        Ok(at)
    }

    /// Every object, in the order of the text.
    pub(super) fn objects(&self) -> impl Iterator<Item = &[(String, usize)]> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Object(members) => Some(members.as_slice()),
            _ => None,
        })
    }

    /// The node at a path of keys and indices, from another node.
    pub(super) fn at(&self, from: usize, path: &[&str]) -> Option<usize> {
        path.iter().try_fold(from, |at, step| match &self.nodes[at] {
            Node::Object(members) => self.member(members, step),
            Node::Array(items) => items.get(step.parse::<usize>().ok()?).copied(),
            _ => None,
        })
    }

    /// The member of that key.
    pub(super) fn member(&self, members: &[(String, usize)], key: &str) -> Option<usize> {
        members.iter().find(|(found, _)| found == key).map(|&(_, at)| at)
    }

    /// The text of a member, if it is one.
    pub(super) fn text(&self, members: &[(String, usize)], key: &str) -> Option<&str> {
        match &self.nodes[self.member(members, key)?] {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Items of an array; none for anything else.
    pub(super) fn items(&self, at: usize) -> &[usize] {
        if let Node::Array(items) = &self.nodes[at] { items } else { &[] }
    }

    /// The node.
    pub(super) fn node(&self, at: usize) -> &Node {
        &self.nodes[at]
    }

    /// Whether two nodes say the same, wherever in a text they stand; `skip` is left out of the comparison.
    pub(super) fn same(&self, at: usize, other: &Self, other_at: usize, skip: Option<usize>) -> bool {
        let mut waiting = vec![(at, other_at)];
        while let Some((one, two)) = waiting.pop() {
            if skip == Some(one) {
                continue;
            }
            match (&self.nodes[one], &other.nodes[two]) {
                (Node::Object(a), Node::Object(b)) => {
                    let (a, b) = (said(a), said(b));
                    if a.len() != b.len() || a.iter().zip(&b).any(|(a, b)| a.0 != b.0) {
                        return false;
                    }
                    waiting.extend(a.iter().zip(&b).map(|(a, b)| (a.1, b.1)));
                }
                (Node::Array(a), Node::Array(b)) if a.len() == b.len() => {
                    waiting.extend(a.iter().copied().zip(b.iter().copied()));
                }
                (Node::Text(a), Node::Text(b)) | (Node::Plain(a), Node::Plain(b)) if a == b => {}
                _ => return false,
            }
        }
        true
    }
}

/// Members that say something: where a node stands in a text and how parameters are numbered is not part of it.
fn said(members: &[(String, usize)]) -> Vec<&(String, usize)> {
    let place = HashSet::from(["query_location", "query_location_length", "named_param_map"]);
    members.iter().filter(|(key, _)| !place.contains(key.as_str())).collect()
}

/// Index of the quote that ends a text.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_of_any_depth_is_read() {
        let tree = Tree::read(r#"{"a":[1,{"b":"x\"\\"},null],"c":{}}"#).unwrap();
        let at = tree.at(0, &["a", "1", "b"]).unwrap();
        assert!(matches!(tree.node(at), Node::Text(text) if text == "x\"\\"));
        let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        let deep = Tree::read(&deep).unwrap();
        assert!(deep.same(0, &deep, 0, None));
        for bad in ["", "{", "}", "{\"a\":1", "\"a", "[1]2"] {
            assert!(Tree::read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn places_do_not_tell_trees_apart() {
        let one = Tree::read(r#"{"a":1,"query_location":5}"#).unwrap();
        let two = Tree::read(r#"{"a":1,"query_location":9}"#).unwrap();
        let three = Tree::read(r#"{"a":2,"query_location":5}"#).unwrap();
        assert!(one.same(0, &two, 0, None));
        assert!(!one.same(0, &three, 0, None));
    }
}
