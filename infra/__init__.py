"""Templates, deployment, the local cloud and the build of the front-end parts."""
