"""What other Rasa projects use of Nightdesk: data by `importer`, the action by `actions`, and a command that lays the rest
into their folder and says what clashes (docs/rasa-users.md). Nothing is imported here: training needs Rasa, the actions
need rasa_sdk, and neither needs the other's."""
