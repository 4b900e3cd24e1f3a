//! Where each fault is switched on and off.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Arm, Block, Expr, ExprBinary, ExprStruct, ExprUnary, Member, Signature};

use crate::faults::{Fault, Genre, at};
use crate::rewrite::Switch;

/// The switches of a file, and the numbers of the faults that have none.
pub fn find(source: &str, parsed: &syn::File, faults: &[(usize, &Fault)]) -> (Vec<Switch>, Vec<usize>) {
    let mut there: HashMap<_, Vec<_>> = HashMap::new();
    for &(number, fault) in faults {
        there.entry((fault.span.start.at(), fault.genre)).or_default().push((number, fault));
    }
    let mut finder = Finder { lines: line_starts(source), source, there, found: Vec::new() };
    finder.visit_file(parsed);
    let switched: BTreeSet<usize> = finder.found.iter().flat_map(Switch::numbers).collect();
    let left = faults.iter().map(|(number, _)| *number).filter(|number| !switched.contains(number)).collect();
    (finder.found, left)
}

fn line_starts(source: &str) -> Vec<usize> {
    std::iter::once(0).chain(source.match_indices('\n').map(|(index, _)| index + 1)).collect()
}

struct Finder<'a> {
    source: &'a str,
    lines: Vec<usize>,
    there: HashMap<((usize, usize), Genre), Vec<(usize, &'a Fault)>>,
    found: Vec<Switch>,
}

impl<'a> Finder<'a> {
    fn byte(&self, (line, column): (usize, usize)) -> usize {
        let start = self.lines[line - 1];
        let before = self.source[start..].char_indices().nth(column);
        before.map_or(self.source.len(), |(index, _)| start + index)
    }

    fn range(&self, node: &impl Spanned) -> Range<usize> {
        let span = node.span();
        self.byte(at(span.start()))..self.byte(at(span.end()))
    }

    fn text(&self, node: &impl Spanned) -> &'a str {
        &self.source[self.range(node)]
    }

    fn faults(&self, node: &impl Spanned, genre: Genre) -> Vec<(usize, &'a Fault)> {
        self.there.get(&(at(node.span().start()), genre)).cloned().unwrap_or_default()
    }

    /// What stands there is one of these instead.
    fn instead(&mut self, node: &impl Spanned, variants: Vec<(usize, String)>) {
        if !variants.is_empty() {
            self.found.push(Switch::Instead { range: self.range(node), variants });
        }
    }

    fn body(&mut self, signature: &Signature, block: &'a Block) {
        let Some(first) = block.stmts.first().filter(|_| signature.constness.is_none()) else { return };
        for (number, fault) in self.faults(first, Genre::FnValue) {
            self.found.push(Switch::Early { at: self.range(first).start, number, value: fault.replacement.clone() });
        }
        self.visit_block(block);
    }
}

impl<'a> Visit<'a> for Finder<'a> {
    // Nothing can be switched in what is known when it is built.
    fn visit_item_const(&mut self, _: &'a syn::ItemConst) {}
    fn visit_item_static(&mut self, _: &'a syn::ItemStatic) {}
    fn visit_impl_item_const(&mut self, _: &'a syn::ImplItemConst) {}
    fn visit_type(&mut self, _: &'a syn::Type) {}
    fn visit_pat(&mut self, _: &'a syn::Pat) {}

    fn visit_item_fn(&mut self, it: &'a syn::ItemFn) {
        self.body(&it.sig, &it.block);
    }

    fn visit_impl_item_fn(&mut self, it: &'a syn::ImplItemFn) {
        self.body(&it.sig, &it.block);
    }

    fn visit_trait_item_fn(&mut self, it: &'a syn::TraitItemFn) {
        if let Some(block) = &it.default {
            self.body(&it.sig, block);
        }
    }

    fn visit_expr_binary(&mut self, it: &'a ExprBinary) {
        let (left, right) = (self.text(&it.left), self.text(&it.right));
        let faults = self.faults(&it.op, Genre::BinaryOperator);
        // What binds a name is no value that could stand in an arm; cargo-mutants' own fault there does not compile either.
        if !binds(&it.left) && !binds(&it.right) {
            let variant =
                |(number, fault): (usize, &Fault)| (number, format!("({left}) {} {right}", fault.replacement));
            self.instead(it, faults.into_iter().map(variant).collect());
        }
        visit::visit_expr_binary(self, it);
    }

    fn visit_expr_unary(&mut self, it: &'a ExprUnary) {
        let operand = self.text(&it.expr).to_owned();
        let faults = self.faults(&it.op, Genre::UnaryOperator);
        self.instead(it, faults.into_iter().map(|(number, _)| (number, operand.clone())).collect());
        visit::visit_expr_unary(self, it);
    }

    fn visit_expr_struct(&mut self, it: &'a ExprStruct) {
        for field in &it.fields {
            let (Some(base), Member::Named(name)) = (&it.rest, &field.member) else { continue };
            let of_base = match &**base {
                // What is a place keeps its other fields.
                Expr::Path(place) => format!("{}.{name}", self.text(place)),
                _ => format!("{} {{ ..{} }}.{name}", self.text(&it.path), self.text(base)),
            };
            let faults = self.faults(field, Genre::StructField);
            let variants: Vec<_> = faults.into_iter().map(|(number, _)| (number, of_base.clone())).collect();
            if field.colon_token.is_none() && !variants.is_empty() {
                self.found.push(Switch::Before { at: self.range(field).start, text: format!("{name}: ") });
            }
            self.instead(&field.expr, variants);
        }
        visit::visit_expr_struct(self, it);
    }

    fn visit_arm(&mut self, it: &'a Arm) {
        for (number, _) in self.faults(it, Genre::MatchArm) {
            let (at, guarded) = match &it.guard {
                Some((_, guard)) => (self.range(guard).start, true),
                None => (self.range(&it.pat).end, false),
            };
            self.found.push(Switch::Arm { at, number, guarded });
        }
        if let Some((_, guard)) = &it.guard {
            let faults = self.faults(guard, Genre::MatchArmGuard);
            self.instead(&**guard, faults.into_iter().map(|(number, it)| (number, it.replacement.clone())).collect());
        }
        visit::visit_arm(self, it);
    }
}

/// Whether a condition binds a name: `let … = …`, in a chain too.
fn binds(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(it) => binds(&it.left) || binds(&it.right),
        _ => false,
    }
}
