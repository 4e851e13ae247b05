"""Routes of events. What anyone sees is apart: that function starts without the rest."""
