//! Processes that live, one after another, in the slots of a trial, and how each ended.

use std::{
    process::{Child, Command},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How a life ended, or that it goes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Life {
    /// Killed, aborted or halted; none where nothing was done to it.
    pub(super) hurt_at: Option<Instant>,
}

#[derive(Default)]
struct Slot {
    child: Option<Child>,
    life: usize,
}

pub(super) struct Lives {
    slots: Vec<Mutex<Slot>>,
    lives: Mutex<Vec<Life>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lives {
    pub(super) fn new(slots: usize) -> Self {
        Self { slots: (0..slots).map(|_| Mutex::default()).collect(), lives: Mutex::default() }
    }

    /// Begins a life in a slot.
    pub(super) fn begin(&self, slot: usize, mut command: Command) {
        let mut at = locked(&self.slots[slot]);
        let mut lives = locked(&self.lives);
        lives.push(Life { hurt_at: None });
        at.life = lives.len() - 1;
        at.child = Some(command.spawn().unwrap());
    }

    /// The number of the life in a slot.
    pub(super) fn current(&self, slot: usize) -> usize {
        locked(&self.slots[slot]).life
    }

    /// Kills the life in a slot, without a word.
    pub(super) fn kill(&self, slot: usize) {
        let mut at = locked(&self.slots[slot]);
        let life = at.life;
        if let Some(child) = &mut at.child
            && child.try_wait().unwrap().is_none()
        {
            child.kill().unwrap();
            child.wait().unwrap();
            locked(&self.lives)[life].hurt_at = Some(Instant::now());
        }
    }

    /// Whether the life in a slot is over by itself, which is noted as a hurt where it did not end well.
    pub(super) fn is_over(&self, slot: usize) -> bool {
        let mut at = locked(&self.slots[slot]);
        let life = at.life;
        let Some(child) = &mut at.child else { return true };
        let Some(status) = child.try_wait().unwrap() else { return false };
        let mut lives = locked(&self.lives);
        if !status.success() && lives[life].hurt_at.is_none() {
            lives[life].hurt_at = Some(Instant::now());
        }
        true
    }

    /// Whether the process in a slot is halted.
    pub(super) fn is_halted(&self, slot: usize) -> bool {
        let id = locked(&self.slots[slot]).child.as_ref().map_or(0, Child::id);
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let is_halted = stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'));
        if is_halted {
            let life = self.current(slot);
            locked(&self.lives)[life].hurt_at = Some(Instant::now());
        }
        is_halted
    }

    /// Lets a halted process go on.
    pub(super) fn resume(&self, slot: usize) {
        self.signal(slot, "-CONT");
    }

    /// Tells a process to end and waits until it has.
    pub(super) async fn end(&self, slot: usize) {
        self.signal(slot, "-TERM");
        let begun = Instant::now();
        while !self.is_over(slot) && begun.elapsed() < Duration::from_secs(15) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.kill(slot);
    }

    fn signal(&self, slot: usize, signal: &str) {
        let id = locked(&self.slots[slot]).child.as_ref().map_or(0, Child::id);
        if id > 0 && !self.is_over(slot) {
            let _ = Command::new("kill").args([signal, &id.to_string()]).status();
        }
    }

    /// How the lives ended, by number.
    pub(super) fn all(&self) -> Vec<Life> {
        locked(&self.lives).clone()
    }
}

impl Drop for Lives {
    fn drop(&mut self) {
        for slot in 0..self.slots.len() {
            self.kill(slot);
        }
    }
}
