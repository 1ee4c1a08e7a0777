/** What the person who ordered this service chose. */
export const settings = {
  name: {{ service.name | json }},
  greeting: {{ parameters.greeting | json }},
  logLevel: {{ parameters.logLevel | json }},
}
