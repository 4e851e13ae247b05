"""What every feature stands on: refusals, states, the database edge, the actor, time, settings."""
