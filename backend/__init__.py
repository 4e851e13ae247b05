"""The domain of Foyer: what may happen at an event. It knows neither Django nor pages."""
