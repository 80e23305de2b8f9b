"""An app with a user model of its own, as projects have it; it runs in processes of its own."""
