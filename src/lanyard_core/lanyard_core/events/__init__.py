"""What happens to robots, tasks and the gateway, as numbered news that can be read again."""
