//! The people of the cases, who register, confirm, invite and sign in as anybody would; and what belongs to them.

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    time::{Duration, Instant},
};

use futures::{FutureExt, future::BoxFuture};
use serde_json::{Map, Value, json};

use super::{
    Stop, answer,
    binding::Role,
    http::Request,
    ids,
    stage::{Exchange, Stage},
};

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Person {
    /// Address.
    pub email: String,
    /// Password.
    pub password: String,
    /// Access token.
    pub access: String,
    /// Refresh token.
    pub refresh: String,
    /// Global id, where the schema tells.
    pub id: Option<String>,
    /// For which organisation the person acts, where several are possible.
    pub acting: Option<String>,
    since: Instant,
}

/// Who and what there is so far.
#[derive(Debug, Clone, Default)]
pub struct Cast {
    /// People by the case's name for them.
    pub people: BTreeMap<String, Person>,
    /// Ids of things by the case's name for them; organisations are `org_A`.
    pub things: BTreeMap<String, String>,
    /// Words that stand in a thing that is nobody else's to see, and nowhere else.
    pub secrets: BTreeMap<String, Vec<String>>,
    /// Words that stand in a thing that anybody may see, and nowhere else.
    pub words: BTreeMap<String, Vec<String>>,
}

/// Access tokens are renewed after this time; they live for a few minutes at least.
const RENEWAL: Duration = Duration::from_mins(4);

/// A password that any policy takes.
pub const PASSWORD: &str = "saddle Kashgar 7 lantern-moss";

impl Cast {
    /// A person, who registers first where need be.
    ///
    /// # Errors
    /// The schema has no such way, or a step of it failed.
    pub fn person<'a>(&'a mut self, stage: &'a Stage, name: &'a str) -> BoxFuture<'a, Result<Person, Stop>> {
        async move {
            if let Some(person) = self.people.get(name) {
                if person.since.elapsed() < RENEWAL || person.password.is_empty() {
                    return Ok(person.clone());
                }
                return self.renew(stage, name).await;
            }
            let role = stage.binding.people.get(name).cloned().unwrap_or_default();
            let can_register =
                ["register", "login"].iter().all(|part| stage.mutation(part, &Map::new()).is_ok());
            if !can_register || role.only_demo {
                return self.of_demo(stage, name, &role);
            }
            let email = format!("{name}-{}@attacks.example", stage.number()).to_lowercase();
            let mut person = register(stage, &email, PASSWORD).await?;
            person.id = own_id(stage, &person.access).await;
            self.people.insert(name.to_owned(), person.clone());
            for (letter, wanted) in &role.organisations {
                if let Err(stop) = self.join(stage, name, &person, letter, wanted).await {
                    // Somebody who is half of what the binding says would fail cases for reasons of no interest.
                    self.people.remove(name);
                    return Err(stop);
                }
            }
            if role.organisations.len() > 1 {
                let first = role.organisations.keys().next();
                person.acting = first.and_then(|letter| self.things.get(&format!("org_{letter}")).cloned());
                if let Some(organisation) = &person.acting {
                    stage.act_for(&person.access, organisation);
                }
                self.people.insert(name.to_owned(), person.clone());
            }
            Ok(person)
        }
        .boxed()
    }

    /// Signs somebody in again, such as one whose session a case ended.
    ///
    /// # Errors
    /// It is refused, or nobody of the name is there.
    pub async fn renew(&mut self, stage: &Stage, name: &str) -> Result<Person, Stop> {
        let person = self.people.get(name).cloned();
        let person = person.ok_or_else(|| Stop::Broken(format!("{name} is not there")))?;
        let renewed = sign_in(stage, stage.source(), &person.email, &person.password).await?;
        let renewed = Person { id: person.id, acting: person.acting, ..renewed };
        if let Some(organisation) = &renewed.acting {
            stage.act_for(&renewed.access, organisation);
        }
        self.people.insert(name.to_owned(), renewed.clone());
        Ok(renewed)
    }

    fn of_demo(&mut self, stage: &Stage, name: &str, role: &Role) -> Result<Person, Stop> {
        let key = role.demo.as_deref().unwrap_or_default();
        let token = |of: &str| stage.demo[of][key].as_str().map(str::to_owned);
        let Some(access) = token("tokens") else {
            stage.mutation("register", &Map::new())?;
            return Err(Stop::Absent(format!("nobody can sign in as {name}")));
        };
        let person = Person {
            email: stage.demo["emails"][key].as_str().unwrap_or_default().to_owned(),
            password: stage.demo["passwords"][key].as_str().unwrap_or_default().to_owned(),
            access,
            refresh: token("refresh").unwrap_or_default(),
            id: None,
            acting: None,
            since: Instant::now(),
        };
        self.people.insert(name.to_owned(), person.clone());
        Ok(person)
    }

    /// Makes somebody a member: the owner registers the organisation, others are invited by its owner.
    async fn join(
        &mut self,
        stage: &Stage,
        name: &str,
        person: &Person,
        letter: &str,
        role: &str,
    ) -> Result<(), Stop> {
        let key = format!("org_{letter}");
        if role == "OWNER" {
            let title = format!("Attack Organisation {letter} {}", stage.number());
            let done = self.act(stage, "register_organisation", person, json!({"name": title})).await?;
            let id = first_id(&done, "Organisation").ok_or_else(|| failed("register_organisation", &done))?;
            self.things.insert(key, id);
            return Ok(());
        }
        let is_owner =
            |(_, role): (&String, &Role)| role.organisations.get(letter).is_some_and(|is| is == "OWNER");
        let owner = stage
            .binding
            .people
            .iter()
            .find(|(name, role)| is_owner((name, role)))
            .map(|(name, _)| name.clone());
        let owner = owner.ok_or_else(|| Stop::Broken(format!("the binding names no owner of {letter}")))?;
        let inviter = self.person(stage, &owner).await?;
        let before = stage.mails_to(&person.email);
        let mut input = json!({"email": person.email, "role": role});
        if let Some(organisation) = self.things.get(&key) {
            input["organisation"] = json!(organisation);
        }
        let done = self.act(stage, "invite", &inviter, input).await?;
        if let Some(code) = answer::codes(&done.reply).first() {
            return Err(Stop::Broken(format!("{owner} could not invite {name}: {code}")));
        }
        let mail = stage.mail_to(&person.email, before).await;
        let token = mail.and_then(|mail| mail.token());
        let token = token.ok_or_else(|| Stop::Broken(format!("no invitation for {name} in the mails")))?;
        let done = self.act(stage, "accept_invitation", person, json!({"token": token})).await?;
        match answer::codes(&done.reply).first() {
            Some(code) => Err(Stop::Broken(format!("{name} could not accept the invitation: {code}"))),
            None => Ok(()),
        }
    }

    /// A mutation by the part it plays, as somebody.
    ///
    /// # Errors
    /// The schema or the binding has no such mutation.
    pub async fn act(
        &self,
        stage: &Stage,
        part: &str,
        person: &Person,
        input: Value,
    ) -> Result<Exchange, Stop> {
        let given = input.as_object().cloned().unwrap_or_default();
        let given = given.into_iter().filter(|(name, _)| Self::takes(stage, part, name)).collect();
        let body = stage.mutation(part, &given)?;
        Ok(stage.ask(stage.source(), part, Some(&person.access), &body).await)
    }

    /// Hands a file in: asks where it goes, and sends it there. Answers its id, where it was taken, and the last answer.
    ///
    /// # Errors
    /// The schema takes no files.
    pub async fn hand_in(
        &self,
        stage: &Stage,
        person: &Person,
        (name, purpose): (&str, &str),
        content: Vec<u8>,
    ) -> Result<(Option<String>, Exchange), Stop> {
        let asked =
            self.act(stage, "request_upload", person, json!({"fileName": name, "purpose": purpose})).await?;
        let data = asked.reply.json()["data"].clone();
        let (Some(url), Some(id)) = (answer::find(&data, "url"), answer::find(&data, "uploadId")) else {
            return Ok((None, asked));
        };
        let (url, id) = (url.as_str().unwrap_or_default(), id.as_str().map(str::to_owned));
        let place = url.find("/uploads/").unwrap_or(0);
        let request = Request {
            method: "PUT".into(),
            target: url.get(place..).unwrap_or_default().into(),
            headers: vec![("Authorization".to_owned(), format!("Bearer {}", person.access))],
            body: content,
        };
        let reply = stage.target.send(stage.source(), &request).await;
        let taken = reply.status == 200;
        let sent = Exchange { label: format!("a file, {purpose}"), person: String::new(), request, reply };
        Ok((id.filter(|_| taken), sent))
    }

    /// Whether a mutation takes a value; what it does not take is given by other ways, such as a header, or is of no
    /// matter to it, such as the version of what can only be revoked.
    fn takes(stage: &Stage, part: &str, name: &str) -> bool {
        let Some(bound) = stage.binding.mutations.get(part) else { return true };
        if !["organisation", "expectedVersion"].contains(&name) {
            return true;
        }
        let named = bound.names.get(name).map_or(name, String::as_str);
        let Some(field) = stage.schema.field(&format!("Mutation.{}", bound.field)) else { return true };
        field
            .arguments
            .iter()
            .any(|one| one.name == named || stage.schema.inputs(&one.ty).iter().any(|i| i.name == named))
    }

    /// The id of a thing, which is made first where need be.
    ///
    /// # Errors
    /// The schema has no such thing or no way to make it, or making it failed.
    pub async fn thing(&mut self, stage: &Stage, name: &str) -> Result<String, Stop> {
        if let Some(id) = self.things.get(name) {
            return Ok(id.clone());
        }
        if let Some(letter) = name.strip_prefix("org_") {
            let owner = stage
                .binding
                .people
                .iter()
                .find(|(_, role)| role.organisations.get(letter).is_some_and(|role| role == "OWNER"));
            if let Some((owner, _)) = owner {
                self.person(stage, owner).await?;
                let id = self.things.get(name).cloned();
                return id.ok_or_else(|| Stop::Absent(format!("{name} cannot be registered")));
            }
        }
        if stage.binding.people.contains_key(name) {
            let id = self.person(stage, name).await?.id;
            return id.ok_or_else(|| Stop::Absent(format!("the schema does not tell the id of {name}")));
        }
        let Some(thing) = stage.binding.things.get(name).cloned() else {
            return Err(Stop::Absent(format!("nothing is bound to the id of '{name}'")));
        };
        if let Some(missing) = stage.schema.missing(std::slice::from_ref(&thing.ty)) {
            return Err(Stop::Absent(format!("the schema has no type {missing}")));
        }
        let id = if let Some(demo) = &thing.demo {
            stage.demo["ids"][demo].as_str().map(str::to_owned).ok_or_else(|| {
                Stop::Absent(format!("the id of the demo's {demo} is not known: give --demo or --serve"))
            })?
        } else if let Some(find) = &thing.find {
            if let Some(missing) = stage.schema.missing(&find.needs) {
                return Err(Stop::Absent(format!("the schema has no {missing}")));
            }
            let token = if thing.owner.is_empty() {
                None
            } else {
                Some(self.person(stage, &thing.owner).await?.access)
            };
            let found =
                stage.ask(stage.source(), name, token.as_deref(), &json!({"query": find.query})).await;
            let data = found.reply.json()["data"].clone();
            let mut with = Vec::new();
            for (field, wanted) in &find.with {
                let email = wanted.strip_suffix("_email");
                let wanted = match email {
                    Some(who) => self.person(stage, who).await?.email,
                    None => wanted.clone(),
                };
                with.push((field.clone(), json!(wanted)));
            }
            let one = if find.list.is_empty() {
                Some(data)
            } else {
                let list = data.pointer(&find.list).and_then(Value::as_array).cloned().unwrap_or_default();
                list.into_iter().find(|one| with.iter().all(|(field, wanted)| &one[field] == wanted))
            };
            let id = one.and_then(|one| one.pointer(&find.pointer)?.as_str().map(str::to_owned));
            id.ok_or_else(|| failed(name, &found))?
        } else {
            self.make(stage, name, &thing).await?
        };
        self.things.insert(name.to_owned(), id.clone());
        Ok(id)
    }

    async fn make(
        &mut self,
        stage: &Stage,
        name: &str,
        thing: &super::binding::Thing,
    ) -> Result<String, Stop> {
        let word = format!("zephyrquartz{}", stage.number());
        let (mut id, mut version) = (None::<String>, None::<Value>);
        for making in &thing.make {
            let by = if making.by.is_empty() { &thing.owner } else { &making.by };
            let person = self.person(stage, by).await?;
            let mut input = json!({});
            for (key, value) in &making.input {
                input[key] = match value.as_str() {
                    Some("<id>") => json!(id),
                    Some("<version>") => version.clone().unwrap_or_else(|| json!(1)),
                    Some("<file>") => {
                        let purpose = if making.part == "import" { "IMPORT" } else { "DOCUMENT" };
                        let table = format!("key,title,kind,fields,countries\n{word},{word},,,\n");
                        let file = (word.as_str(), purpose);
                        json!(self.hand_in(stage, &person, file, table.into_bytes()).await?.0)
                    }
                    Some(text) => {
                        json!(text.replace("<word>", &word).replace("<n>", &stage.number().to_string()))
                    }
                    None => value.clone(),
                };
            }
            let done = self.act(stage, &making.part, &person, input).await?;
            if !answer::codes(&done.reply).is_empty() {
                return Err(failed(&format!("{name}: {}", making.part), &done));
            }
            id = id.or_else(|| first_id(&done, &thing.ty));
            version = answer::find(&done.reply.json()["data"], "version").cloned().or(version);
        }
        let words = if name.starts_with("published") { &mut self.words } else { &mut self.secrets };
        words.insert(name.to_owned(), vec![word]);
        id.ok_or_else(|| Stop::Absent(format!("no way to make '{name}' is bound")))
    }
}

/// Registers, confirms by mail, and signs in.
///
/// # Errors
/// A step of it failed.
pub async fn register(stage: &Stage, email: &str, password: &str) -> Result<Person, Stop> {
    let source = stage.source();
    let before = stage.mails_to(email);
    let given = [("email", email), ("password", password)];
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let done = stage.ask(source, "register", None, &stage.mutation("register", &given)?).await;
    if !answer::codes(&done.reply).is_empty() {
        return Err(failed("register", &done));
    }
    if stage.mail_dir.is_some() {
        let token = stage.mail_to(email, before).await.and_then(|mail| mail.token());
        let token = token.ok_or_else(|| Stop::Broken(format!("no mail to confirm {email}")))?;
        let given = [("token".to_owned(), json!(token))].into_iter().collect();
        let done = stage.ask(source, "confirm", None, &stage.mutation("confirm", &given)?).await;
        if !answer::codes(&done.reply).is_empty() {
            return Err(failed("confirm", &done));
        }
    }
    sign_in(stage, source, email, password).await
}

/// Signs in with a password.
///
/// # Errors
/// It is refused.
pub async fn sign_in(stage: &Stage, source: Ipv4Addr, email: &str, password: &str) -> Result<Person, Stop> {
    let done = log_in(stage, source, email, password).await?;
    let data = done.reply.json();
    let text = |name: &str| answer::find(&data["data"], name).and_then(Value::as_str).map(str::to_owned);
    Ok(Person {
        email: email.to_owned(),
        password: password.to_owned(),
        access: text("accessToken").ok_or_else(|| failed("login", &done))?,
        refresh: text("refreshToken").unwrap_or_default(),
        id: None,
        acting: None,
        since: Instant::now(),
    })
}

/// Tries to sign in with a password, and answers what came.
///
/// # Errors
/// The schema has no such mutation.
pub async fn log_in(stage: &Stage, source: Ipv4Addr, email: &str, password: &str) -> Result<Exchange, Stop> {
    let given = [("email", email), ("password", password)];
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    Ok(stage.ask(source, "login", None, &stage.mutation("login", &given)?).await)
}

async fn own_id(stage: &Stage, token: &str) -> Option<String> {
    let form = stage.binding.form(&stage.schema, "q.me").ok()?;
    let body = json!({"query": format!("{{ {} }}", form.text)});
    let done = stage.ask(stage.source(), "own id", Some(token), &body).await;
    let data = done.reply.json();
    answer::strings(&data["data"]).into_iter().find(|text| ids::raw(text).is_some())
}

/// The first id in the data, of an object of a type where objects say their type.
fn first_id(done: &Exchange, ty: &str) -> Option<String> {
    let data = done.reply.json()["data"].clone();
    let typed = answer::objects(&data)
        .into_iter()
        .find(|object| object["__typename"] == ty && object["id"].is_string());
    // Or of a payload that names the object by its id alone, such as `invitationId`.
    let mut letters = ty.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    let named: String = first.into_iter().chain(letters).chain("Id".chars()).collect();
    typed
        .and_then(|object| object["id"].as_str().map(str::to_owned))
        .or_else(|| answer::find(&data, &named).and_then(Value::as_str).map(str::to_owned))
}

/// A step of the runner's own that did not do what it should.
fn failed(what: &str, done: &Exchange) -> Stop {
    let text: String = done.reply.text().chars().take(200).collect();
    Stop::Broken(format!("'{what}' failed while the stage was set: {} {text}", done.reply.status))
}
