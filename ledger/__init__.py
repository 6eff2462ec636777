"""An append-only ledger of behavior incidents and interventions for schools."""
