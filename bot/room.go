package bot

import "context"

// mostAtOnce is how many interactions of one platform are worked on at once. More
// would not be faster, since they meet in the database, and each that is worked on
// holds tens of kilobytes; those that wait hold little and come in their order. It
// is plenty for handlers that wait for a platform meanwhile.
const mostAtOnce = 256

// room is a place for each interaction that is worked on.
type room chan struct{}

// enter waits for a place; without one, for as long as ctx lasts, it gives ctx's
// error.
func (r room) enter(ctx context.Context) error {
	select {
	case r <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// leave makes a place free.
func (r room) leave() { <-r }
