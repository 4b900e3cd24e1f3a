//! The numbers of the stack, as template.yaml has them: the local world's queues and mappings are those that are deployed.

const TEMPLATE: &str = include_str!("../../../template.yaml");

/// The number behind `key` in the resource of this logical ID.
///
/// # Panics
/// The template has no such resource, or no such number in it: it was changed, and this world with it.
pub fn number(resource: &str, key: &str) -> u64 {
    number_in(TEMPLATE, resource, key).unwrap_or_else(|| panic!("template.yaml: {resource} has no {key}"))
}

fn number_in(template: &str, resource: &str, key: &str) -> Option<u64> {
    let of_resource = template
        .lines()
        .skip_while(|line| line.trim_end() != format!("  {resource}:"))
        .skip(1)
        .take_while(|line| line.is_empty() || line.starts_with("   ") || line.starts_with("  #"));
    let keyed = of_resource.filter_map(|line| line.split_once(&format!("{key}:")));
    let digits = |(_, behind): (&str, &str)| {
        let number: String = behind.trim_start().chars().take_while(char::is_ascii_digit).collect();
        number.parse().ok()
    };
    keyed.filter_map(digits).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_in_its_own_resource_alone() {
        let template = "Resources:\n  A:\n    Properties:\n      Size: 1 # ten\n      Policy: {to: b, max: 20}\n\n  B:\n    Size: !Ref X\n    # Size\n  C:\n    Size: 3\n";
        assert_eq!(number_in(template, "A", "Size"), Some(1));
        assert_eq!(number_in(template, "A", "max"), Some(20));
        assert_eq!(number_in(template, "B", "Size"), None, "not the next one's");
        assert_eq!(number_in(template, "C", "Size"), Some(3));
        assert_eq!(number_in(template, "D", "Size"), None);
    }
}
