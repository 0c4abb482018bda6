package store_test

import (
	"fmt"
	"sync"
	"testing"

	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// More readers at once than there are connections all come to their end, also the
// first time, when nothing they ask is prepared yet; and what they read is what was
// written before.
func TestViewsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		var reading sync.WaitGroup
		failed := make(chan error, 32)
		for range cap(failed) {
			reading.Go(func() {
				for range 4 {
					d, ok, err := s.Details(t.Context(), "g")
					if err == nil && (!ok || d.Group.ID != "g") {
						err = fmt.Errorf("read %+v, %t", d, ok)
					}
					if err != nil {
						failed <- err
						return
					}
				}
			})
		}
		reading.Wait()
		close(failed)
		for err := range failed {
			t.Error(err)
		}
	})
}
