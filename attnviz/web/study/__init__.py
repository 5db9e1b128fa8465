"""Taking part in a study: plain routes and one plain page, beside Gradio, whose queue is slow and has lost votes."""
