//! A compose file as compose renders it, read as far as a rehearsal needs: the image of a service, and whether a second
//! container of it could run beside the first.
//!
//! Not a reader of YAML: compose writes it in one form, two blanks a level, and what is not in that form is not known.

/// What a rendered configuration says of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The name of its image.
    pub image: Option<String>,
    /// What it shares with what runs, so that a second container would meddle with the first.
    pub shared: Vec<&'static str>,
}

/// The keys of a service by which it shares something with what runs.
const SHARED: [&str; 8] =
    ["volumes", "volumes_from", "network_mode", "pid", "ipc", "devices", "privileged", "external_links"];

/// Reads what is said of `service`; `None` where the service is not there.
pub fn read(service: &str, text: &str) -> Option<Rendered> {
    let mut lines = text.lines().skip_while(|line| line.trim_end() != "services:").skip(1);
    let is_it = |line: &str| {
        line.strip_prefix("  ")
            .filter(|rest| !rest.starts_with(' '))
            .and_then(|rest| rest.trim_end().strip_suffix(':'))
            .is_some_and(|name| unquoted(name) == service)
    };
    lines.by_ref().take_while(|line| line.starts_with(' ')).find(|line| is_it(line))?;
    let mut rendered = Rendered { image: None, shared: Vec::new() };
    for line in lines.take_while(|line| line.starts_with("    ")) {
        let Some((key, value)) = line.strip_prefix("    ").and_then(|rest| rest.split_once(':')) else {
            continue;
        };
        if key.starts_with([' ', '-']) {
            continue;
        }
        if key == "image" {
            rendered.image = Some(unquoted(value.trim()).to_owned());
        }
        if let Some(shared) = SHARED.into_iter().find(|shared| *shared == key) {
            let is_none = ["null", "false", "[]", "bridge", "default"].contains(&value.trim());
            if !is_none {
                rendered.shared.push(shared);
            }
        }
    }
    Some(rendered)
}

fn unquoted(text: &str) -> &str {
    let within = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "name: x\nservices:\n  a:\n    command:\n    - sh\n    image: 'tta/a:before'\n    volumes:\n    - image: no\n    \
        networks:\n      default: null\n  \"b\":\n    image: b:1\n    network_mode: bridge\nnetworks:\n  a:\n    image: no\n";

    #[test]
    fn the_image_of_a_service_and_what_it_shares() {
        let a = Rendered { image: Some("tta/a:before".into()), shared: vec!["volumes"] };
        assert_eq!(read("a", TEXT), Some(a));
        assert_eq!(read("b", TEXT), Some(Rendered { image: Some("b:1".into()), shared: vec![] }));
        assert_eq!(read("default", TEXT), None);
        assert_eq!(read("a", "nothing"), None);
    }
}
