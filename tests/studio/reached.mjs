export async function reached() {}
