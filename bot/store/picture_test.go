package store_test

import (
	"bytes"
	"testing"

	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

func TestPicturesAreKeptOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		wire, bridge := []byte{0x89, 'P', 'N', 'G', 0, 0xff}, bytes.Repeat([]byte{7}, 300_000)
		keep := func(pictures map[string][]byte) {
			t.Helper()
			if err := s.KeepPictures(t.Context(), pictures, sunday()); err != nil {
				t.Fatal(err)
			}
		}
		keep(map[string][]byte{"wire": wire})
		atOnce(t, func(int) error {
			return s.KeepPictures(t.Context(), map[string][]byte{"wire": {1}, "bridge": bridge}, sunday())
		})
		for hash, want := range map[string][]byte{"wire": wire, "bridge": bridge} {
			if got, ok, err := s.Picture(t.Context(), hash); err != nil || !ok || !bytes.Equal(got, want) {
				t.Errorf("%s: %d bytes, %v, %v; want the %d kept first", hash, len(got), ok, err, len(want))
			}
		}
		if got, ok, err := s.Picture(t.Context(), "nowhere"); err != nil || ok || got != nil {
			t.Errorf("never kept: %v, %v, %v", got, ok, err)
		}
		keep(nil)
		keep(map[string][]byte{"wire": wire})
	})
}
