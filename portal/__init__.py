"""The portal: Django pages over the services of ``backend``, without a relational database."""
