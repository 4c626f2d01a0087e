//! A template held to the allow-list, branch by branch, whether anything ever reaches it or not.
//!
//! Owns the walk over a template's syntax tree. Must not know any wording, nor a letter.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{
    machinery::{
        Span,
        ast::{Call, CallArg, Expr, Filter, Macro, Stmt},
        parse,
    },
    syntax::SyntaxConfig,
};

use super::fields::{FILTERS, FUNCTIONS, LETTER, Shape, TESTS, somewhere};

/// What stands in a template and may not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outside {
    /// Where it begins.
    pub(super) at: Span,
    /// What it is: nothing for a field.
    pub(super) why: Option<String>,
}

/// The first lookup of a template that is not on the list. `all` are the templates by name, which may import each other.
pub(super) fn outside(name: &'static str, all: &[(&'static str, &str)], syntax: &SyntaxConfig) -> Result<(), Outside> {
    let trees: Vec<(&'static str, Stmt)> =
        all.iter().filter_map(|(name, source)| Some((*name, parse(source, name, syntax.clone()).ok()?))).collect();
    let exports = trees.iter().map(|(name, tree)| (*name, exported(tree))).collect();
    let Some((_, tree)) = trees.iter().find(|(known, _)| *known == name) else { return Ok(()) };
    Walk { exports, scopes: vec![BTreeMap::new()] }.statement(tree)
}

/// What another template may import from this one.
fn exported<'a>(tree: &Stmt<'a>) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    export(std::slice::from_ref(tree), &mut names);
    names
}

fn export<'a>(statements: &[Stmt<'a>], names: &mut BTreeSet<&'a str>) {
    for statement in statements {
        match statement {
            Stmt::Template(template) => export(&template.children, names),
            Stmt::IfCond(cond) => {
                export(&cond.true_body, names);
                export(&cond.false_body, names);
            }
            Stmt::Set(set) => targets(&set.target, names),
            Stmt::SetBlock(set) => targets(&set.target, names),
            Stmt::Macro(made) => {
                names.insert(made.name);
            }
            _ => {}
        }
    }
}

fn targets<'a>(target: &Expr<'a>, names: &mut BTreeSet<&'a str>) {
    match target {
        Expr::Var(var) => {
            names.insert(var.id);
        }
        Expr::List(list) => list.items.iter().for_each(|item| targets(item, names)),
        Expr::Tuple(tuple) => tuple.items.iter().for_each(|item| targets(item, names)),
        _ => {}
    }
}

struct Walk<'a> {
    exports: BTreeMap<&'static str, BTreeSet<&'a str>>,
    /// What the template itself has given a name, innermost last.
    scopes: Vec<BTreeMap<&'a str, Shape>>,
}

type Walked<T = ()> = Result<T, Outside>;

fn field<T>(at: Span) -> Walked<T> {
    Err(Outside { at, why: None })
}

/// From where a chain of lookups begins to where this one ends.
fn whole(expr: &Expr) -> Span {
    let begins = |inner: &Expr| {
        let inner = whole(inner);
        let end = expr.span();
        Span { end_line: end.end_line, end_col: end.end_col, end_offset: end.end_offset, ..inner }
    };
    match expr {
        Expr::GetAttr(get) => begins(&get.expr),
        Expr::GetItem(get) => begins(&get.expr),
        Expr::Slice(slice) => begins(&slice.expr),
        Expr::Call(call) => begins(&call.expr),
        _ => expr.span(),
    }
}

fn word<T>(at: Span, why: String) -> Walked<T> {
    Err(Outside { at, why: Some(why) })
}

impl<'a> Walk<'a> {
    fn statements(&mut self, statements: &[Stmt<'a>]) -> Walked {
        statements.iter().try_for_each(|statement| self.statement(statement))
    }

    fn within(&mut self, names: Vec<(&'a str, Shape)>, statements: &[Stmt<'a>]) -> Walked {
        self.scopes.push(names.into_iter().collect());
        let walked = self.statements(statements);
        self.scopes.pop();
        walked
    }

    fn statement(&mut self, statement: &Stmt<'a>) -> Walked {
        match statement {
            Stmt::Template(template) => self.statements(&template.children),
            Stmt::EmitExpr(emit) => self.expression(&emit.expr).map(drop),
            Stmt::EmitRaw(_) => Ok(()),
            Stmt::ForLoop(each) => {
                let of = match self.expression(&each.iter)? {
                    Shape::Each(one) => *one,
                    Shape::Plain | Shape::Fields(_) => Shape::Plain,
                    Shape::Own | Shape::Module(_) | Shape::Any => Shape::Any,
                };
                self.scopes.push(BTreeMap::from([("loop", Shape::Own)]));
                self.name(&each.target, of);
                let filtered = each.filter_expr.as_ref().map_or(Ok(Shape::Plain), |filter| self.expression(filter));
                let body = filtered.and_then(|_| self.statements(&each.body));
                self.scopes.pop();
                body.and_then(|()| self.within(Vec::new(), &each.else_body))
            }
            // What a branch names is known after it.
            Stmt::IfCond(cond) => {
                self.expression(&cond.expr)?;
                self.statements(&cond.true_body)?;
                self.statements(&cond.false_body)
            }
            Stmt::WithBlock(with) => {
                self.scopes.push(BTreeMap::new());
                let walked = with.assignments.iter().try_for_each(|(target, expr)| self.set(target, expr));
                let walked = walked.and_then(|()| self.statements(&with.body));
                self.scopes.pop();
                walked
            }
            Stmt::Set(set) => self.set(&set.target, &set.expr),
            Stmt::SetBlock(set) => {
                set.filter.as_ref().map_or(Ok(Shape::Plain), |filter| self.expression(filter))?;
                self.statements(&set.body)?;
                self.name(&set.target, Shape::Plain);
                Ok(())
            }
            Stmt::AutoEscape(escape) => {
                self.expression(&escape.enabled)?;
                self.statements(&escape.body)
            }
            Stmt::FilterBlock(block) => {
                self.expression(&block.filter)?;
                self.statements(&block.body)
            }
            Stmt::Block(block) => self.within(Vec::new(), &block.body),
            Stmt::Import(import) => {
                let module = self.template(&import.expr)?;
                self.name(&import.name, Shape::Module(module));
                Ok(())
            }
            Stmt::FromImport(import) => {
                let module = self.template(&import.expr)?;
                for (name, alias) in &import.names {
                    if let Expr::Var(var) = name {
                        self.exported(module, var.id, var.span())?;
                    }
                    self.name(alias.as_ref().unwrap_or(name), Shape::Own);
                }
                Ok(())
            }
            Stmt::Extends(extends) => self.template(&extends.name).map(drop),
            Stmt::Include(include) => self.template(&include.name).map(drop),
            Stmt::Macro(made) => self.made(made),
            Stmt::CallBlock(block) => {
                self.call(&block.call)?;
                self.made(&block.macro_decl)
            }
            Stmt::Do(called) => self.call(&called.call).map(drop),
        }
    }

    fn made(&mut self, made: &Macro<'a>) -> Walked {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(made.name, Shape::Own);
        }
        made.defaults.iter().try_for_each(|default| self.expression(default).map(drop))?;
        let args = made.args.iter().filter_map(|arg| if let Expr::Var(var) = arg { Some(var.id) } else { None });
        let names = args.map(|arg| (arg, Shape::Any)).chain([("caller", Shape::Own)]).collect();
        self.within(names, &made.body)
    }

    fn set(&mut self, target: &Expr<'a>, expr: &Expr<'a>) -> Walked {
        let shape = self.expression(expr)?;
        if let Expr::GetAttr(_) = target {
            return self.expression(target).map(drop);
        }
        self.name(target, shape);
        Ok(())
    }

    fn name(&mut self, target: &Expr<'a>, shape: Shape) {
        let mut names = BTreeSet::new();
        targets(target, &mut names);
        let shape = if matches!(target, Expr::Var(_)) { shape } else { Shape::Any };
        if let Some(scope) = self.scopes.last_mut() {
            scope.extend(names.into_iter().map(|name| (name, shape)));
        }
    }

    /// A template that is named in so many words.
    fn template(&mut self, expr: &Expr<'a>) -> Walked<&'static str> {
        let named = expr.as_const();
        let known = named.as_ref().and_then(|name| name.as_str());
        let known = known.and_then(|name| self.exports.keys().find(|known| **known == name));
        known.copied().map_or_else(|| word(expr.span(), "there is no template of that name".to_owned()), Ok)
    }

    fn exported(&self, module: &str, name: &str, at: Span) -> Walked<Shape> {
        if self.exports.get(module).is_some_and(|names| names.contains(name)) { Ok(Shape::Own) } else { field(at) }
    }

    fn expression(&mut self, expr: &Expr<'a>) -> Walked<Shape> {
        match expr {
            Expr::Var(var) => self.variable(var.id, var.span()),
            Expr::Const(_) => Ok(Shape::Plain),
            Expr::UnaryOp(op) => self.expression(&op.expr).map(|_| Shape::Plain),
            Expr::BinOp(op) => {
                self.expression(&op.left)?;
                self.expression(&op.right).map(|_| Shape::Any)
            }
            Expr::Compare(compare) => {
                self.expression(&compare.expr)?;
                compare.ops.iter().try_for_each(|op| self.expression(&op.expr).map(drop))?;
                Ok(Shape::Plain)
            }
            Expr::IfExpr(cond) => {
                self.expression(&cond.test_expr)?;
                self.expression(&cond.true_expr)?;
                self.some(cond.false_expr.as_ref()).map(|()| Shape::Any)
            }
            Expr::Filter(filter) => self.filter(filter, filter.span()),
            Expr::Test(test) => {
                self.expression(&test.expr)?;
                self.args(&test.args)?;
                if TESTS.contains(&test.name) {
                    return Ok(Shape::Plain);
                }
                word(test.span(), format!("the test `{}` is not on offer here", test.name))
            }
            Expr::GetAttr(get) => {
                let of = self.expression(&get.expr)?;
                self.attribute(of, get.name, whole(expr))
            }
            Expr::GetItem(get) => {
                let of = self.expression(&get.expr)?;
                self.expression(&get.subscript_expr)?;
                let subscript = get.subscript_expr.as_const();
                let by_name = subscript.as_ref().and_then(|subscript| subscript.as_str());
                match (of, by_name) {
                    (Shape::Own, _) => Ok(Shape::Any),
                    (_, Some(name)) => self.attribute(of, name, whole(expr)),
                    (Shape::Each(one), None) => Ok(*one),
                    (Shape::Plain, None) => Ok(Shape::Plain),
                    (Shape::Any, None) if subscript.is_some() => Ok(Shape::Any),
                    // A name that is put together at sending cannot be held to a list.
                    _ => field(whole(expr)),
                }
            }
            Expr::Slice(slice) => {
                let of = self.expression(&slice.expr)?;
                for end in [&slice.start, &slice.stop, &slice.step] {
                    self.some(end.as_ref())?;
                }
                Ok(of)
            }
            Expr::Call(call) => self.call(call),
            Expr::List(list) => self.each(&list.items).map(|()| Shape::Any),
            Expr::Tuple(tuple) => self.each(&tuple.items).map(|()| Shape::Any),
            Expr::Map(map) => {
                self.each(&map.keys)?;
                self.each(&map.values).map(|()| Shape::Own)
            }
        }
    }

    fn variable(&self, name: &str, at: Span) -> Walked<Shape> {
        let own = self.scopes.iter().rev().find_map(|scope| scope.get(name));
        let field_of_letter = || LETTER.iter().find(|(known, _)| *known == name).map(|(_, shape)| shape);
        own.or_else(field_of_letter).copied().map_or_else(|| field(at), Ok)
    }

    fn attribute(&self, of: Shape, name: &str, at: Span) -> Walked<Shape> {
        match of {
            Shape::Own => Ok(Shape::Any),
            Shape::Module(module) => self.exported(module, name, at),
            Shape::Fields(fields) => {
                let known = fields.iter().find(|(known, _)| *known == name);
                known.map_or_else(|| field(at), |(_, shape)| Ok(*shape))
            }
            Shape::Any if somewhere(name) => Ok(Shape::Any),
            Shape::Any | Shape::Plain | Shape::Each(_) => field(at),
        }
    }

    fn filter(&mut self, filter: &Filter<'a>, at: Span) -> Walked<Shape> {
        let of = filter.expr.as_ref().map_or(Ok(Shape::Plain), |expr| self.expression(expr))?;
        self.args(&filter.args)?;
        if !FILTERS.contains(&filter.name) {
            return word(at, format!("the filter `{}` is not on offer here", filter.name));
        }
        let by_name = filter.args.iter().any(|arg| match arg {
            CallArg::Pos(_) => false,
            CallArg::Kwarg(name, _) => *name == "attribute",
            CallArg::PosSplat(_) | CallArg::KwargSplat(_) => true,
        });
        if by_name || (filter.name == "join" && filter.args.len() > 1) {
            return word(at, format!("the filter `{}` may not be handed the name of a field", filter.name));
        }
        Ok(match (filter.name, of) {
            ("first" | "last" | "min" | "max", Shape::Each(one)) => *one,
            ("first" | "last" | "min" | "max" | "default" | "d", _) => Shape::Any,
            ("list" | "reverse" | "sort", of) => of,
            _ => Shape::Plain,
        })
    }

    fn call(&mut self, call: &Call<'a>) -> Walked<Shape> {
        self.args(&call.args)?;
        match &call.expr {
            Expr::Var(var) if FUNCTIONS.contains(&var.id) => Ok(Shape::Own),
            callee => self.expression(callee).map(|_| Shape::Plain),
        }
    }

    fn args(&mut self, args: &[CallArg<'a>]) -> Walked {
        args.iter().try_for_each(|arg| match arg {
            CallArg::Pos(expr) | CallArg::Kwarg(_, expr) | CallArg::PosSplat(expr) | CallArg::KwargSplat(expr) => {
                self.expression(expr).map(drop)
            }
        })
    }

    fn each(&mut self, exprs: &[Expr<'a>]) -> Walked {
        exprs.iter().try_for_each(|expr| self.expression(expr).map(drop))
    }

    fn some(&mut self, expr: Option<&Expr<'a>>) -> Walked {
        expr.map_or(Ok(()), |expr| self.expression(expr).map(drop))
    }
}
