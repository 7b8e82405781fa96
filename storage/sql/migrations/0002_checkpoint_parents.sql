-- An event knows the checkpoint before it; the one after is the checkpoint whose parent that is.
create index checkpoints_by_parent on checkpoints (thread_id, coalesce(parent_checkpoint_id, ''));
