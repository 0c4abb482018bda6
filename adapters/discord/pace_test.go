package discord

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestPaceOfCopies has several copies of the program send as much as they may:
// together they keep to what Discord allows one bot, whoever comes and goes.
func TestPaceOfCopies(t *testing.T) {
	for _, copies := range []int{1, 2, 3, 5} {
		t.Run(fmt.Sprint(copies), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				sent := make([]int, 5) // by second
				began := time.Now()
				var sending sync.WaitGroup
				for range copies {
					l := newSharedLimits(func() int { return copies })
					sending.Go(func() {
						for n := 0; ; n++ {
							c := call{method: http.MethodPost, route: "/channels/*/messages", args: []string{fmt.Sprint(n)}}
							for d := time.Duration(-1); d != 0; {
								d, _, _ = l.reserve(c)
								time.Sleep(d)
							}
							second := int(time.Since(began) / time.Second)
							if second >= len(sent) {
								return
							}
							mu.Lock()
							sent[second]++
							mu.Unlock()
						}
					})
				}
				sending.Wait()
				for second, n := range sent {
					if n > 50 {
						t.Errorf("%d requests in second %d", n, second)
					}
					if second > 0 && n < 40 {
						t.Errorf("only %d requests in second %d", n, second)
					}
				}
			})
		})
	}
}
