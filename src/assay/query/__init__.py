"""Questions and their answers: one `.sql` file per question, frozen values for answers."""
