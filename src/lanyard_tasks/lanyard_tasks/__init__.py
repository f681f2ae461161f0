"""The ExecuteTask action server and its behaviours."""
