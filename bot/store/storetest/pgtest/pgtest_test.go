package pgtest

import "testing"

// TestSchemas: what one test makes, another does not see.
func TestSchemas(t *testing.T) {
	first, second := DB(t, URL(t)), DB(t, Durable(t))
	if _, err := first.Exec(`CREATE TABLE mine (n BIGINT)`); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Exec(`SELECT n FROM mine`); err == nil {
		t.Error("a table is seen from another schema")
	}
	var wait string
	if err := second.QueryRow(`SHOW synchronous_commit`).Scan(&wait); err != nil || wait != "on" {
		t.Errorf("synchronous_commit is %q, %v; want on", wait, err)
	}
}
