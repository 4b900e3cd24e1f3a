//! The console, by a browser: who gets in, what they see, and what nobody may.

pub mod browser;
mod card;
mod dead_letters;
mod disconnect_account;
mod disconnect_channel;
mod doctor;
mod export;
mod getting_in;
mod hand_over;
mod home;
mod inbox;
mod install;
mod line_provider;
mod parked;
mod people;
mod reading;
mod send_picture;
mod sender;
mod settings;
mod stickers;
mod talk_files;
mod talk_list;
pub mod talks;
mod team_texts;
mod trial;
mod wizard;
mod writing;
