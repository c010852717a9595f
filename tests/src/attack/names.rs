//! What each name of a case stands for at this moment: operations, ids, tokens, files.

use std::cell::{Cell, RefCell};

use super::{
    binding::{Call, camel},
    cast::{Cast, Person},
    files, ids,
    jwt::{self, Forge, Token},
    macros::{Gap, Names},
    stage::Stage,
};

/// The words of one expansion.
pub struct Words<'a> {
    /// The stage.
    pub stage: &'a Stage,
    /// Who and what there is.
    pub cast: &'a Cast,
    /// Which of several forgeries.
    pub variant: usize,
    /// Puts ids that belong to nothing for those of things.
    pub nobody: bool,
    /// The name of the thing that the case is about, for `nonexistent_same_type`.
    pub about: Option<String>,
    /// Forgeries that the case has.
    pub variants: Cell<usize>,
    /// Whether a forgery that is to be wrong in its claims alone has a foreign signature as well.
    pub foreign_signature: Cell<bool>,
    /// The last type that was named.
    pub ty: RefCell<String>,
    /// Headers that the named operations want.
    pub headers: RefCell<Vec<(String, String)>>,
}

impl<'a> Words<'a> {
    /// Words of a case.
    pub fn new(stage: &'a Stage, cast: &'a Cast) -> Self {
        Self {
            stage,
            cast,
            variant: 0,
            nobody: false,
            about: None,
            variants: Cell::new(1),
            foreign_signature: Cell::new(false),
            ty: RefCell::default(),
            headers: RefCell::default(),
        }
    }

    fn person(&self, name: &str) -> Result<&Person, Gap> {
        let known = self.stage.binding.people.contains_key(name);
        match self.cast.people.get(name) {
            Some(person) => Ok(person),
            None if known => Err(Gap::Person(name.to_owned())),
            None => Err(Gap::Unknown(format!("a person '{name}'"))),
        }
    }

    fn thing(&self, name: &str) -> Result<String, Gap> {
        if name.starts_with("nonexistent") {
            let about = self.about.as_deref().filter(|about| !about.starts_with("nonexistent"));
            let real = self.thing(about.unwrap_or("private_project_A"))?;
            return ids::nobody(&real).ok_or_else(|| Gap::Unknown(format!("the form of the id {real}")));
        }
        let id = match self.cast.things.get(name) {
            Some(id) => Some(id.clone()),
            None => self.cast.people.get(name).and_then(|person| person.id.clone()),
        };
        let id = id.ok_or_else(|| Gap::Thing(name.to_owned()))?;
        if self.nobody {
            return ids::nobody(&id).ok_or_else(|| Gap::Unknown(format!("the form of the id {id}")));
        }
        Ok(id)
    }

    /// An argument of a call: the address or the id of somebody, a value, or what stands there.
    fn argument(&self, text: &str) -> Result<String, Gap> {
        let text = text.trim().trim_matches('\'');
        if let Some(person) = text.strip_suffix("_email")
            && self.stage.binding.people.contains_key(person)
        {
            return Ok(self.person(person)?.email.clone());
        }
        if self.stage.binding.things.contains_key(text) {
            return self.thing(text);
        }
        Ok(self.stage.binding.values.get(text).cloned().unwrap_or_else(|| text.to_owned()))
    }

    fn operation(&self, text: &str) -> Result<String, Gap> {
        let call = Call::read(text);
        let form = self.stage.binding.form(&self.stage.schema, call.name)?;
        let named: Vec<String> = call
            .arguments
            .iter()
            .filter_map(|argument| argument.split_once('='))
            .filter(|(name, _)| name.trim().chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
            .map(|(name, value)| format!("{}: {}", name.trim(), value.trim()))
            .collect();
        let args = if named.is_empty() { form.args.clone() } else { format!("({})", named.join(", ")) };
        let mut out = form.text.replace("<args>", &args).replace("<key>", &self.stage.key());
        let mut headers: Vec<(String, String)> = form.headers.into_iter().collect();
        for (at, argument) in (1..).zip(call.arguments.iter()) {
            let (name, value) = argument.split_once('=').unwrap_or(("", argument));
            let value = self.argument(value)?;
            for text in headers.iter_mut().map(|(_, text)| text).chain([&mut out]) {
                *text = text.replace(&format!("<{at}>"), &value);
                if !name.is_empty() {
                    *text = text.replace(&format!("<{}>", name.trim()), &value);
                }
            }
        }
        self.headers.borrow_mut().extend(headers);
        while let Some((before, rest)) = out.split_once("<@") {
            let (name, after) = rest.split_once('>').unwrap_or((rest, ""));
            out = format!("{before}{}{after}", self.thing(name)?);
        }
        if let Some((_, hole)) = out.split_once('<') {
            let hole: String = hole.chars().take(20).collect();
            return Err(Gap::Unknown(format!("{text}: the binding's text wants <{hole}")));
        }
        Ok(out)
    }

    fn ty(&self, name: &str) -> Result<String, Gap> {
        let binding = &self.stage.binding;
        let bound = binding.types.get(name).or_else(|| binding.things.get(name).map(|thing| &thing.ty));
        let guess = camel(&format!(" {}", name.split("_A").next().unwrap_or(name)));
        let ty = bound.cloned().unwrap_or(guess);
        if self.stage.schema.kind(&ty).is_none() {
            return Err(Gap::Absent(format!("the schema has no type {ty}")));
        }
        self.ty.replace(ty.clone());
        Ok(ty)
    }

    fn private_fields(&self) -> Result<Vec<String>, Gap> {
        let last = self.ty.borrow().clone();
        let ty = if last.is_empty() { "Project".to_owned() } else { last };
        let bound = self.stage.binding.private_fields.get(&ty).cloned().unwrap_or_default();
        let name = |field: &String| field.split([' ', '(', '{']).next().unwrap_or_default().to_owned();
        let there: Vec<String> = bound
            .into_iter()
            .filter(|field| self.stage.schema.field(&format!("{ty}.{}", name(field))).is_some())
            .collect();
        if there.is_empty() {
            return Err(Gap::Absent(format!("the schema has no private field of {ty}")));
        }
        Ok(there)
    }

    fn token(&self, name: &str) -> Option<Token> {
        Token::read(&self.cast.people.get(name)?.access).ok()
    }

    fn forged(&self, description: &str) -> Result<String, Gap> {
        for name in self.stage.binding.people.keys() {
            let named =
                description.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name);
            if named || name == "alice" {
                self.person(name)?;
            }
        }
        let private_key = self.stage.private_key();
        let forge = Forge {
            tokens: &|name| self.token(name),
            public_key: &self.stage.public_key,
            private_key: private_key.as_deref(),
            now: self.stage.now(),
            variant: self.variant,
        };
        let made = jwt::forge(description, &forge).map_err(Gap::Unknown)?;
        self.variants.set(self.variants.get().max(made.variants));
        let wrong_in_claims = !["header", "key", "sig", "alg"].iter().any(|part| description.contains(part));
        self.foreign_signature.set(wrong_in_claims && !made.truly_signed);
        Ok(made.token)
    }
}

impl Names for Words<'_> {
    fn value(&self, name: &str) -> Result<Vec<u8>, Gap> {
        let binding = &self.stage.binding;
        if let Some(description) = name.strip_prefix("jwt:") {
            return self.forged(description).map(String::into_bytes);
        }
        if let Some(description) = name.strip_prefix("jwt_mix:") {
            for name in binding.people.keys().filter(|name| description.contains(&format!("tok.{name}"))) {
                self.person(name)?;
            }
            let mixed = jwt::mix(description, &|name| self.token(name));
            return mixed.map(String::into_bytes).map_err(Gap::Unknown);
        }
        if let Some(file) = name.strip_prefix("gen:") {
            return files::make(file.trim())
                .ok_or_else(|| Gap::Unknown(format!("a generated file '{file}'")));
        }
        let (kind, rest) = name.split_once('.').unwrap_or(("", name));
        let text = match kind {
            "tok" | "access" => self.person(rest)?.access.clone(),
            "refresh" => self.person(rest)?.refresh.clone(),
            "cookie" => {
                let access = &self.person(rest)?.access;
                format!("session={access}; access_token={access}; __Host-session={access}")
            }
            "id" => self.thing(rest)?,
            "raw" => {
                let id = self.thing(rest)?;
                ids::raw(&id).ok_or_else(|| Gap::Unknown(format!("the form of the id {id}")))?
            }
            "q" | "m" | "s" => self.operation(name)?,
            "t" => self.ty(rest)?,
            _ => match name {
                "gql" => binding.path("graphql").to_owned(),
                "ws" => binding.path("websocket").to_owned(),
                "origin" => format!("http://{}", self.stage.target.address),
                "host" => self.stage.target.address.to_string(),
                "collab" => self.stage.collaborators[0].port.to_string(),
                "collab2" => self.stage.collaborators[1].port.to_string(),
                "ranked_query" => self.operation("q.ranked_query")?,
                "all_fields" => self.stage.schema.selection(&self.ty.borrow(), 1),
                "private_fields" => self.private_fields()?.join(" "),
                "private_field" => self.private_fields()?.swap_remove(0),
                "pw" => self.person("alice")?.password.clone(),
                "jwt_of_disabled_user" => self.person("disabled")?.access.clone(),
                "unique_word_in_private_project_A" => {
                    self.thing("private_project_A")?;
                    let words = self.cast.secrets.get("private_project_A");
                    words.and_then(|words| words.first()).cloned().unwrap_or_default()
                }
                _ if name.ends_with("_email") => self.argument(name)?,
                _ => match binding.values.get(name).or_else(|| binding.values.get(Call::read(name).name)) {
                    Some(value) => value.clone(),
                    None => return Err(unbound(self.stage, name)),
                },
            },
        };
        Ok(text.into_bytes())
    }
}

/// A name that nothing is bound to. Where the schema lacks what it would come from, that is the reason.
fn unbound(stage: &Stage, name: &str) -> Gap {
    match stage.binding.lacks(&stage.schema, Call::read(name).name) {
        Some(why) => Gap::Absent(why),
        None => Gap::Unknown(format!("{{{{{name}}}}}: nothing is bound to it")),
    }
}
