"""Guest requests: what guests ask staff for, the queues they stand in, and who takes care of them."""
