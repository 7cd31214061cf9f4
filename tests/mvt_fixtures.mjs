// Prints the fixtures of @mapbox/mvt-fixtures, one JSON object a line:
// {"id": "001", "valid": true, "description": "…", "hex": "…"}; validity is that of version 2.
import * as fixtures from '@mapbox/mvt-fixtures';

fixtures.each(({ id, validity, description, buffer }) => {
  console.log(JSON.stringify({ id, valid: validity.v2, description, hex: buffer.toString('hex') }));
});
